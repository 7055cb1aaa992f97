/** How a request to read message logs stands, in tints; the word says it again. */
import type { LogRequestState } from "../../../lib/api/model";

export const STATE_TINTS: Record<LogRequestState, string> = {
  pending: "t-warn",
  expired: "",
  rejected: "t-danger",
  active: "t-ok",
  ended: "",
};
