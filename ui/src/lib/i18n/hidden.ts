/** What each kind of hidden detail is called, and the site rule that hides it, in English. */

export interface HiddenKind {
  /** On the chip. */
  label: string;
  /** In running text, with its article. */
  phrase: string;
  rule: string;
}

const contact = "contact details of guests";
const payment = "payment details";
const identity = "identity numbers";
const person = "names of people";
const secret = "passwords and keys";
const network = "addresses of machines";
const health = "details of people’s health";

const KINDS: Readonly<Record<string, HiddenKind>> = {
  EMAIL: { label: "Email", phrase: "an email address", rule: contact },
  PHONE: { label: "Phone number", phrase: "a phone number", rule: contact },
  ADDRESS: { label: "Address", phrase: "an address", rule: contact },
  PERSON: { label: "Name", phrase: "a name", rule: person },
  USERNAME: { label: "User name", phrase: "a user name", rule: person },
  CREDIT_CARD: { label: "Card number, removed", phrase: "a card number", rule: payment },
  IBAN: { label: "Account number", phrase: "an account number", rule: payment },
  BANK_ACCOUNT: { label: "Account number", phrase: "an account number", rule: payment },
  SSN: {
    label: "Social security number, removed",
    phrase: "a social security number",
    rule: identity,
  },
  PASSPORT: { label: "Passport number", phrase: "a passport number", rule: identity },
  DRIVER_LICENSE: { label: "Licence number", phrase: "a driving licence number", rule: identity },
  NATIONAL_ID: { label: "Identity number", phrase: "an identity number", rule: identity },
  EMPLOYEE_ID: { label: "Staff number", phrase: "a staff number", rule: identity },
  LICENSE_PLATE: { label: "Number plate", phrase: "a number plate", rule: identity },
  VIN: { label: "Vehicle number", phrase: "a vehicle number", rule: identity },
  DATE_OF_BIRTH: { label: "Date of birth", phrase: "a date of birth", rule: identity },
  MEDICAL_RECORD: { label: "Record number", phrase: "a medical record number", rule: health },
  HEALTH: { label: "Health", phrase: "something about health", rule: health },
  GPS: { label: "Coordinates", phrase: "coordinates", rule: contact },
  IP: { label: "Network address", phrase: "a network address", rule: network },
  MAC: { label: "Device address", phrase: "a device address", rule: network },
  URL: { label: "Private link", phrase: "a private link", rule: secret },
  SECRET: { label: "Secret", phrase: "a password or key", rule: secret },
};

const UNKNOWN: HiddenKind = {
  label: "Detail",
  phrase: "a personal detail",
  rule: "personal details",
};

/** Describes a kind of finding; a kind that this page does not know is a "detail". */
export function hiddenKind(type: string): HiddenKind {
  return KINDS[type] ?? UNKNOWN;
}
