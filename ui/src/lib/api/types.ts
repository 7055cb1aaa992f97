/**
 * The API's types, in the form that openapi-typescript generates (`components["schemas"][…]`),
 * so that the generated `schema.d.ts` takes this file's place without another change.
 *
 * Times are RFC 3339 in UTC. Text offsets count Unicode code points, end exclusive.
 */
export interface components {
  schemas: {
    /** A running session, without its token. */
    Session: {
      kind: "guest";
      role: string;
      idle_minutes: number;
      expires_at: string;
      messages_per_minute: number;
    };
    Status: {
      version: string;
      site: { name: string };
      model: components["schemas"]["ModelStatus"];
      promises: components["schemas"]["PromiseStatus"][];
    };
    ModelStatus: {
      state: "missing" | "loading" | "ready" | "restarting" | "failed";
      id?: string | null;
      /** 0 to 1, while loading. */
      progress?: number | null;
      message?: string | null;
    };
    PromiseStatus: {
      id: string;
      title: string;
      state: "held" | "held_with_limit" | "not_built" | "broken";
      evidence: string;
      limit?: string | null;
    };
    /** An entry of the knowledge base that may be asked as it stands. */
    Topic: { id: string; question: string };
    Suggestions: { suggestions: components["schemas"]["Topic"][] };
    Conversation: {
      id: string | null;
      ends_at: string | null;
      turns: components["schemas"]["Turn"][];
    };
    Turn: {
      id: string;
      asked_at: string;
      completed_at: string | null;
      question: components["schemas"]["Question"];
      answer: string;
      /** `null` while the turn runs. */
      outcome: components["schemas"]["Outcome"] | null;
      reason: string | null;
      citations: components["schemas"]["Citation"][];
      topics: components["schemas"]["Topic"][];
      model: string | null;
      timings_ms: { total?: number } & Record<string, number>;
      retry_after_s: number | null;
    };
    /** The sanitised question, and where its placeholders lie. */
    Question: { text: string; hidden: components["schemas"]["Span"][] };
    /** A piece of text and what it is: EMAIL, PHONE, CREDIT_CARD, PERSON … */
    Span: { start: number; end: number; type: string };
    Outcome:
      | "answered"
      | "clarify"
      | "small_talk"
      | "redirected"
      | "blocked"
      | "denied"
      | "mfa_required"
      | "out_of_scope"
      | "escalated"
      | "rate_limited"
      | "cancelled"
      | "failed";
    Label: "public" | "internal" | "confidential" | "restricted";
    Citation: {
      number: number;
      id: string;
      title: string;
      label: components["schemas"]["Label"];
    };
    Passage: {
      id: string;
      title: string;
      topic: string | null;
      /** Markdown. */
      text: string;
      label: components["schemas"]["Label"];
      collection: string | null;
      updated_at: string | null;
    };
    DraftFindings: { findings: components["schemas"]["Span"][] };
    TurnAccepted: { id: string };
    ErrorBody: { error: { code: string; message: string; retry_after_s?: number | null } };
  };
}
