import { account } from "./en/account";
import { admin } from "./en/admin";
import { care } from "./en/admin-care";
import { rules } from "./en/admin-rules";
import { errors } from "./en/errors";
import { setup } from "./en/setup";
import { shell } from "./en/shell";
import { signIn } from "./en/sign-in";

/**
 * Every sentence of the interface, in English. Another language is a file with the same keys.
 *
 * `{name}` is filled in. An object with `one` and `other` is chosen by `count` through the
 * language's plural rules; a language may add `zero`, `two`, `few` and `many`.
 */
export const en = {
  ...shell,
  ...signIn,
  ...account,
  ...setup,
  ...errors,
  ...admin,
  ...rules,
  ...care,
  "app.name": "Cloister",
  "app.you": "You",

  "side.label": "Side",
  "side.new": "New conversation",
  "side.session": "This session",
  "side.often": "Often asked here",
  "side.keys": "Keys",

  "start.failed.title": "Cloister cannot be reached",
  "start.failed.text": "Nothing was sent and nothing is lost. Try again in a moment.",
  "start.retry": "Try again",

  "greeting.title": "What would you like to know?",
  "greeting.text":
    "Answers are written on this machine from the documents kept here, and name their sources.",
  "greeting.browser":
    "Answers are written by the machine that serves this page, from the documents kept there, and name their sources.",
  "greeting.noModel": "Answers come from the documents kept here, and name their sources.",
  "greeting.suggestions": "Often asked here",
  "greeting.wiped": "The last conversation ended at {time} and was destroyed.",

  "guest.title": "You are a guest.",
  "guest.text": {
    one: "This conversation is destroyed when you leave, or after {count} minute without a message.",
    other:
      "This conversation is destroyed when you leave, or after {count} minutes without a message.",
  },
  "guest.leave": "Leave and wipe",
  "leave.title": "Leave and wipe?",
  "leave.text": "Your questions and the answers are destroyed now. Nobody can bring them back.",
  "leave.confirm": "Leave and wipe",
  "leave.stay": "Stay",
  "leave.busy": "Wiping…",
  "leave.error": "The conversation could not be wiped. Nothing was changed. Try again.",
  "fresh.title": "Wipe and start again?",
  "fresh.confirm": "Wipe and start again",
  "ended.title": "This conversation ended at {time} and was destroyed.",
  "ended.text": "What was asked and answered here is gone.",
  "ended.draft": "What you were writing is kept below, on this page only.",
  "ended.new": "New conversation",
  "banner.broken": "A promise is not held.",
  "banner.show": "Show",

  "conversation.label": "Conversation",
  "conversation.end": "Go to the end",

  "question.label": "Your question, {time}",
  "question.hidden": {
    one: "{count} detail was hidden before anything read it.",
    other: "{count} details were hidden before anything read them.",
  },
  "question.what": "What was hidden, and why",
  "question.edit": "Edit and ask again",
  "question.copy": "Copy question",

  "hidden.spoken": "hidden: {what}",
  "hidden.title": "{what} was hidden here.",
  "hidden.text": "It was removed on this machine before anything read or kept it.",
  "hidden.rule": "Site rule: {rule}.",
  "hidden.dialog": "What was hidden, and why",
  "hidden.dialog.text":
    "These details were removed on this machine before anything read or kept them. Neither the model nor the records hold them.",
  "hidden.close": "Close",

  "answer.label": "Answer",
  "answer.waiting": "waiting",
  "answer.checking": "checking",
  "answer.reading": "reading",
  "answer.writing": "writing",
  "answer.sources": {
    one: "reading {count} source you may read",
    other: "reading {count} sources you may read",
  },
  "answer.stopping": "stopping",
  "answer.still": "Still working",
  "answer.from": {
    one: "From {count} source you may read, {seconds} s",
    other: "From {count} sources you may read, {seconds} s",
  },
  "answer.unsourced": "Names no source, {seconds} s",
  "answer.copy": "Copy",
  "answer.copied": "Copied",
  "answer.again": "Write again",
  "answer.citation": "Source {number}: {title}",
  "answer.citation.gone": "This source is no longer open to you",
  "answer.copySources": "Sources",
  "answer.address": "Copy address {address}",
  "answer.picture": "picture not shown: {alt}",

  "act.edit": "Edit message",
  "act.retry": "Try again",
  "act.details": "Show details",
  "act.hideDetails": "Hide details",
  "act.passages": "Show passages",
  "act.leaveLine": "Leave the line",

  "notice.redirected.title": "Let’s stay with what this desk can do",
  "notice.redirected.text": "That is not something I answer here.",
  "notice.redirected.topics": "That is not something I answer here. I can help with:",
  "notice.selfHarm.title": "You don’t have to carry this alone",
  "notice.selfHarm.text":
    "Please talk to someone now: a person near you, or a crisis line. In danger, call the emergency number.",
  "notice.blocked.title": "I can’t act on that message",
  "notice.blocked.text":
    "It reads as instructions to me rather than a question. The model never saw it. Please ask in plain words.",
  "notice.blocked.other":
    "It could not be used as it stands. The model never saw it. Please ask in plain words.",
  "notice.withdrawn.title": "The answer was withdrawn",
  "notice.withdrawn.text":
    "It did not pass the last check, so it is not shown. Your question is safe.",
  "notice.paused.title": "Questions are paused",
  "notice.paused.text":
    "Several messages could not be used. You can write again in {time}; reading stays open.",
  "notice.paused.over": "Several messages could not be used. You can write again now.",
  "notice.denied.title": "Your role does not open this",
  "notice.denied.text": "Nothing was looked up.",
  "notice.mfa.title": "One more step is needed",
  "notice.mfa.text":
    "This needs a signed-in person and a code from their authenticator. Nothing was looked up.",
  "notice.outOfScope.title": "I have nothing on that",
  "notice.outOfScope.text": "No document you may read answers this, so I won’t guess.",
  "notice.outOfScope.topics":
    "No document you may read answers this, so I won’t guess. The nearest things I do know:",
  "notice.escalated.title": "A person will take it from here",
  "notice.escalated.text": "Your question was handed on, without the hidden details.",
  "notice.rateLimited.title": "A short pause",
  "notice.rateLimited.text": {
    one: "{count} message a minute is the limit for {role}. You can send again in {time}; your draft is kept.",
    other:
      "{count} messages a minute is the limit for {role}. You can send again in {time}; your draft is kept.",
  },
  "notice.rateLimited.over": "You can send again now.",
  "notice.failed.title": "The answer stopped half-way",
  "notice.failed.text":
    "The text above is kept but incomplete. The model is starting again; your question is safe.",
  "notice.failed.kept": "The text above is kept but incomplete; your question is safe.",
  "notice.failedEmpty.title": "No answer was written",
  "notice.failedEmpty.text": "Something went wrong before the first word. Your question is safe.",
  "notice.failedEmpty.worker": "The model is starting again; your question is safe.",
  "notice.deadline.title": "The answer took too long",
  "notice.deadline.text": "Writing was ended at the time limit. Your question is safe.",
  "notice.busy.title": "Too many are asking at once",
  "notice.busy.text": "The line is full. Nothing was read; your question is safe.",
  "notice.lost.title": "The connection to the answer was lost",
  "notice.lost.text": "The text above may be incomplete; your question is safe.",
  "notice.modelMissing.title": "No model is loaded yet",
  "notice.modelMissing.passages":
    "I can’t write answers, but I can show you the passages that match your question.",
  "notice.modelMissing.text":
    "I can’t write answers. Questions that match an entry here are still answered from it.",
  "notice.modelFailed.title": "The model could not be started",
  "notice.stopped.title": "Stopped by you",
  "notice.stopped.text":
    "The text above stays as it is and counts as unfinished. The machine is free again.",
  "notice.stopped.empty": "Nothing had been written. The machine is free again.",
  "notice.queue.title": "You are {place} in line",
  "notice.queue.text": {
    one: "One answer is being written before yours. You can leave this page; it will wait.",
    other: "{count} answers are being written before yours. You can leave this page; it will wait.",
  },
  "notice.clarify.topics": "Did you mean one of these?",
  "notice.code": "Code",

  "composer.label": "Ask a question",
  "composer.placeholder": "Ask a question",
  "composer.next": "Write your next question; it will wait its turn",
  "composer.hint": "Names, numbers and addresses are hidden before anything is read or kept.",
  "composer.send": "Send",
  "composer.sending": "Sending…",
  "composer.stop": "Stop",
  "composer.stopping": "Stopping…",
  "composer.finding": {
    one: "This looks like {what}. It will be removed when you send.",
    other: "This looks like {what}. They will be removed when you send.",
  },
  "composer.tooLong": {
    one: "{count} character too many. The limit is {limit}.",
    other: "{count} characters too many. The limit is {limit}.",
  },
  "composer.queue": "Send when this answer is done",
  "composer.queued": "Waiting its turn.",
  "composer.queued.keep": "Keep as draft",
  "composer.unsent": "It was not sent. Your draft is kept; try again.",
  "composer.paused": "You can send again in {time}.",

  "source.label": "Source {number}",
  "source.heading": "Source",
  "source.place": "{index} of {count}",
  "source.previous": "Previous source",
  "source.next": "Next source",
  "source.close": "Close source",
  "source.copy": "Copy passage",
  "source.loading": "Reading the source",
  "source.gone.title": "This source is no longer open to you",
  "source.gone.text": "It was removed, or its label was changed, since the answer was written.",
  "source.failed": "The source could not be read. Nothing was changed. Try again.",
  "source.updated": "Updated {date}",
  "source.collection": "Collection",

  "label.public": "Public",
  "label.internal": "Internal",
  "label.confidential": "Confidential",
  "label.restricted": "Restricted",

  "status.label": "State of this machine",
  "status.unknown": "Promises not read yet",
  "status.allHeld": { one: "{count} promise held", other: "{count} promises held" },
  "status.held": "{held} of {total} promises held",
  "status.limited": { one: "{count} held with a limit", other: "{count} held with a limit" },
  "status.notBuilt": { one: "{count} not built yet", other: "{count} not built yet" },
  "status.broken": { one: "{count} promise is not held", other: "{count} promises are not held" },
  "status.noNetwork": "No network",
  "status.callsNoOne": "Calls no one",
  "status.local": "Answers are written on this machine",
  "status.localBrowser": "Answers are written on the machine that serves this page",
  "status.loading": "Model is loading, {percent} %",
  "status.loadingStart": "Model is loading",
  "status.restarting": "The model is starting again",
  "status.missing": "No model is loaded yet",
  "status.modelFailed": "The model could not be started",
  "status.ownKey": "Your conversations are sealed with your own key",
  "status.locks": "Locks after {minutes} min of quiet",
  "status.wipe": "Wiped after {minutes} min of quiet",
  "status.lost": "The state of this machine cannot be read",

  "promises.title": "What this machine promises",
  "promises.text":
    "Each promise is tested, not only stated. Where one holds with a limit, the limit is part of it.",
  "promises.held": "Held",
  "promises.held_with_limit": "Held with a limit",
  "promises.not_built": "Not built yet",
  "promises.broken": "Not held",
  "promises.limit": "Limit: {limit}",
  "promises.version": "Cloister {version}",
  "promises.model": "Model: {model}",
  "promises.close": "Close",

  "keys.title": "Keys",
  "keys.text": "Single-letter keys work only outside fields.",
  "keys.single": "Single-letter keys",
  "keys.close": "Close",
  "keys.send": "Send",
  "keys.newline": "New line",
  "keys.stop": "Stop, or close the panel",
  "keys.copy": "Copy the last answer",
  "keys.edit": "Edit the last question (in an empty field)",
  "keys.new": "New conversation",
  "keys.next": "Next source",
  "keys.previous": "Previous source",
  "keys.open": "Open source 1 to 9",
  "keys.focus": "To the field",
  "keys.list": "List of keys",
  "keys.region": "Next part of the window",

  "aloud.reading": { one: "Reading {count} source", other: "Reading {count} sources" },
  "aloud.writing": "Writing",
  "aloud.finished": { one: "Finished, {count} source", other: "Finished, {count} sources" },
  "aloud.finishedPlain": "Finished",
  "aloud.source": ", source {number}",
  "aloud.wiped": "The conversation was wiped.",
  "aloud.broken": "A promise is not held: {title}",

  "time.seconds": { one: "{count} second", other: "{count} seconds" },
  "time.minutes": { one: "about {count} minute", other: "about {count} minutes" },
  "role.public": "guests",
  "role.other": "your role",
} as const satisfies Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;
