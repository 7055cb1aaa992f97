/** Short names for the API's types; the one place that knows where they are declared. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A type of which the API leaves open what lies in `Key`. */
type Open<T, Key extends keyof T> = Omit<T, Key> & Record<Key, Record<string, unknown>>;

export type Session = Schemas["Session"];
export type Status = Schemas["Status"];
export type ModelStatus = Schemas["ModelStatus"];
export type PromiseStatus = Schemas["PromiseStatus"];
export type Topic = Schemas["Topic"];
export type Conversation = Schemas["Conversation"];
export type Turn = Schemas["Turn"];
export type Question = Schemas["Question"];
export type Span = Schemas["Span"];
export type Outcome = Schemas["Outcome"];
export type Label = Schemas["Label"];
export type Citation = Schemas["Citation"];
export type Passage = Schemas["Passage"];

export type OwnConversation = Schemas["OwnConversation"];
export type Feedback = Schemas["Feedback"];
export type Rating = Schemas["Rating"];
export type Account = Open<Schemas["Account"], "attributes">;
export type Me = Schemas["Me"];
export type OwnSession = Schemas["OwnSession"];
export type Enrolment = Schemas["Enrolment"];
export type Holdings = Schemas["Holdings"];
export type Holding = Schemas["Holding"];
export type AccessLog = Schemas["AccessLog"];
export type AccessEntry = Schemas["AccessEntry"];
export type ConsentList = Schemas["ConsentList"];
export type Purpose = Schemas["Purpose"];
export type Consent = Schemas["Consent"];
export type PrivacyNotice = Schemas["PrivacyNotice"];
export type ErasureReceipt = Schemas["ErasureReceipt"];
export type Correction = Schemas["Correction"];
export type KeySlot = Schemas["KeySlot"];
export type KeyKind = Schemas["KeyKind"];
export type UnlockState = Schemas["UnlockState"];
export type Examination = Schemas["Examination"];
export type ErrorCode = Schemas["ErrorCode"];

// What people see who look after the appliance.
export type LogRequest = Schemas["LogRequest"];
export type LogRequestState = Schemas["LogRequestState"];
export type NewLogRequest = Schemas["NewLogRequest"];
export type MessageLog = Schemas["MessageLog"];
export type LoggedTurn = Schemas["LoggedTurn"];
export type LogSwitches = Schemas["LogSwitches"];
export type Placement = Schemas["Placement"];
export type Quarantined = Schemas["Quarantined"];
export type Concern = Schemas["Concern"];
export type ConcernKind = Schemas["ConcernKind"];
export type ImportedArchive = Schemas["ImportedArchive"];
export type ModelReport = Schemas["ModelReport"];
export type Engine = Schemas["Engine"];
export type Histogram = Schemas["Histogram"];
export type NewAccount = Schemas["NewAccount"];
export type MadeAccount = Omit<Schemas["MadeAccount"], "account"> & { account: Account };
export type Alert = Open<Schemas["Alert"], "details">;
export type AlertState = Schemas["AlertState"];
export type AlertRule = Schemas["AlertRule"];
export type AuditRecord = Open<Schemas["AuditRecord"], "body">;
export type AuditPage = Omit<Schemas["AuditPage"], "items"> & { items: AuditRecord[] };
export type AuditVerification = Schemas["AuditVerification"];
export type Checkpoint = Schemas["Checkpoint"];
export type Checkpoints = Schemas["Checkpoints"];
export type Backup = Schemas["Backup"];
export type Backups = Schemas["Backups"];
export type BackupSchedule = Schemas["BackupSchedule"];
export type Drill = Schemas["Drill"];
export type Destination = Schemas["Destination"];
export type Destinations = Schemas["Destinations"];
export type Document = Schemas["Document"];
export type IndexState = Schemas["IndexState"];
export type Imported = Schemas["Imported"];
export type Found = Schemas["Found"];
export type Explanation = Schemas["Explanation"];
export type FeedbackEntry = Schemas["FeedbackEntry"];
export type Hold = Schemas["Hold"];
export type Retention = Schemas["Retention"];
export type Purge = Schemas["Purge"];
export type Limit = Schemas["Limit"];
export type Limits = Schemas["Limits"];
export type Held = Schemas["Held"];
export type Matrix = Schemas["Matrix"];
export type MatrixCell = Schemas["MatrixCell"];
export type Role = Schemas["Role"];
export type Policy = Schemas["Policy"];
export type PolicyList = Schemas["PolicyList"];
export type PolicyCheck = Schemas["PolicyCheck"];
export type PolicyChange = Schemas["PolicyChange"];
export type PolicyShift = Schemas["PolicyShift"];
export type PolicyVersion = Schemas["PolicyVersion"];
export type Overview = Schemas["Overview"];
export type ProcessingRecord = Schemas["ProcessingRecord"];
export type RemovedKey = Schemas["RemovedKey"];
export type Rotated = Schemas["Rotated"];
export type Failure = Schemas["Failure"];
export type ErasureToken = Schemas["ErasureToken"];
export type Clock = Schemas["Clock"];

/** What a turn is doing while it runs. */
export type Stage = "guard" | "retrieve" | "queue" | "generate" | "check";

/** One event of a running turn, told apart by `event`. */
export type TurnEvent =
  | { event: "question"; data: { turn: string; asked_at: string; question: Question } }
  | { event: "stage"; data: { stage: Stage } }
  | { event: "queue"; data: { position: number } }
  | { event: "sources"; data: { citations: Citation[] } }
  | { event: "delta"; data: { text: string } }
  | { event: "done"; data: { turn: Turn } };
