/** First run. */
export const setup = {
  "setup.side": "First set-up",
  "setup.about": "About five minutes in all. Everything but the administrator can wait.",
  "setup.step": "Step {step} of {count}",
  "setup.back": "Back",
  "setup.later": "Do this later",
  "setup.continue": "Continue",
  "setup.look": "Look around as a guest first",

  "setup.language": "Language",
  "setup.language.title": "Choose a language",
  "setup.language.text": "You can change it at any time; each person may choose their own.",

  "setup.administrator": "Administrator",
  "setup.administrator.title": "Who looks after this machine?",
  "setup.administrator.text":
    "This person sets things up and cannot read anyone’s conversations. The only step that cannot wait.",
  "setup.administrator.name": "User name",
  "setup.administrator.name.hint": "Letters, digits, and . _ - @",
  "setup.administrator.name.bad": "Up to 64 letters, digits or . _ - @",
  "setup.administrator.busy": "Making the account…",
  "setup.administrator.made": "{name} looks after this machine and is signed in.",
  "setup.administrator.there": "Somebody looks after this machine already. Sign in to go on.",

  "setup.factor": "Second factor",
  "setup.factor.title": "Add a second step to sign-in",
  "setup.factor.text":
    "Scan this picture with an authenticator, or type the key below it. Then enter the six digits it shows.",
  "setup.factor.on": "On",
  "setup.factor.ready": "The second factor is on. Sign-in asks for its code from now on.",

  "setup.opening": "Unlocking",
  "setup.opening.title": "What opens the store?",
  "setup.opening.text":
    "Everything kept here is sealed. Choose what opens it when this machine starts.",
  "setup.opening.file": "A key file on this machine",
  "setup.opening.file.text":
    "Opens by itself. Protects a copied folder or a backup, not a stolen disk that also holds the key.",
  "setup.opening.passphrase": "A passphrase, typed at every start",
  "setup.opening.passphrase.text":
    "Protects a stolen disk too. Nobody can ask anything until somebody has typed it.",
  "setup.opening.done": "From the next start on, somebody types the passphrase.",
  "setup.opening.busy": "Sealing…",
  "setup.opening.short": "{file}, chosen by default",

  "setup.recovery": "Recovery code",
  "setup.recovery.title": "Keep this code somewhere safe",
  "setup.recovery.text":
    "It is the only way back in if the key file or passphrase is lost. No copy is kept here, and nobody can make another.",
  "setup.recovery.groups": "Recovery code, eight groups of four",
  "setup.recovery.hide": "Hide the code",
  "setup.recovery.show": "Show the code",
  "setup.recovery.hidden": "Hidden",
  "setup.recovery.back": "Type two groups back",
  "setup.recovery.back.text": "To be sure that it was written down without a mistake.",
  "setup.recovery.group": "Group {number}",
  "setup.recovery.matches": "Matches",
  "setup.recovery.differs": "Does not match what is shown",
  "setup.recovery.more": {
    one: "{count} more character",
    other: "{count} more characters",
  },
  "setup.recovery.where": "Where it belongs",
  "setup.recovery.where.safe": "A sealed envelope in the site’s safe",
  "setup.recovery.where.second": "With a second person who may unlock",
  "setup.recovery.where.not": "Not in a photo, mail or shared folder",
  "setup.recovery.make": "Make a recovery code",
  "setup.recovery.making": "Making the code…",
  "setup.recovery.kept": "Written down and typed back",
  "setup.recovery.busy": "Noting that…",

  "setup.knowledge": "Knowledge",
  "setup.knowledge.title": "What should it know?",
  "setup.knowledge.text":
    "The sample pack is loaded, so that there is something to ask. Your own documents come in through the administration. Nothing is copied off this machine.",
  "setup.knowledge.entries": {
    one: "{count} entry to ask about",
    other: "{count} entries to ask about",
  },
  "setup.knowledge.ask": "For example",
  "setup.knowledge.import": "Bring documents in afterwards",

  "setup.model": "Model check",
  "setup.model.title": "How fast is it here?",
  "setup.model.text":
    "One question is asked as anybody would, and timed. It is deleted afterwards.",
  "setup.model.run": "Ask a trial question",
  "setup.model.running": "Asking…",
  "setup.model.again": "Ask again",
  "setup.model.question": "Asked",
  "setup.model.first": "First word after",
  "setup.model.total": "Whole answer after",
  "setup.model.seconds": "{seconds} s",
  "setup.model.speed": "Written",
  "setup.model.words": { one: "{count} word a second", other: "{count} words a second" },
  "setup.model.verbatim": "Answered from an entry as it stands, without the model",
  "setup.model.name": "Model",
  "setup.model.failed": "The trial question could not be asked.",

  "setup.promises": "The six promises",
  "setup.promises.title": "Six promises, checked just now",
  "setup.promises.text": "Each was tested on this machine a moment ago. Open one to see how.",
  "setup.promises.checking": "Checking. It takes some seconds.",
  "setup.promises.failed": "They could not be checked.",
  "setup.open": "Open Cloister",
} as const;
