/** The parts of the administration: what opens each, and how it is loaded. */
import Archive from "@lucide/svelte/icons/archive";
import Bell from "@lucide/svelte/icons/bell";
import BookLock from "@lucide/svelte/icons/book-lock";
import BookOpen from "@lucide/svelte/icons/book-open";
import Cpu from "@lucide/svelte/icons/cpu";
import FileText from "@lucide/svelte/icons/file-text";
import Gavel from "@lucide/svelte/icons/gavel";
import Hourglass from "@lucide/svelte/icons/hourglass";
import KeyRound from "@lucide/svelte/icons/key-round";
import LayoutDashboard from "@lucide/svelte/icons/layout-dashboard";
import MessageSquareQuote from "@lucide/svelte/icons/message-square-quote";
import Network from "@lucide/svelte/icons/network";
import ScrollText from "@lucide/svelte/icons/scroll-text";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Users from "@lucide/svelte/icons/users";
import type { Component } from "svelte";
import type { ApiClient } from "../../lib/api/client";
import type { Session } from "../../lib/api/model";
import type { PlainKey } from "../../lib/i18n/messages";
import type { Timers } from "../../lib/timers";

/** What every section gets. */
export interface SectionProps {
  api: ApiClient;
  /** Whether the reader has a permission; each act asks the policy again. */
  may: (permission: string) => boolean;
  now: () => Date;
  timers: Timers;
  /** Goes to another section. */
  onsection: (section: string) => void;
}

export type Icon = Component<{ class?: string; "aria-hidden"?: "true" }>;

export interface Section {
  id: string;
  title: PlainKey;
  icon: Icon;
  /** Permissions of which any opens it. */
  opens: readonly string[];
  load: () => Promise<{ default: Component<SectionProps> }>;
}

/** Those who configure, and those who only look after the rules. */
const OVERSIGHT = ["configure", "read_compliance"] as const;

export const SECTIONS: readonly Section[] = [
  {
    id: "overview",
    title: "admin.overview",
    icon: LayoutDashboard,
    opens: OVERSIGHT,
    load: () => import("./overview/OverviewSection.svelte"),
  },
  {
    id: "people",
    title: "admin.people",
    icon: Users,
    opens: ["manage_people"],
    load: () => import("./people/PeopleSection.svelte"),
  },
  {
    id: "roles",
    title: "admin.roles",
    icon: Network,
    opens: OVERSIGHT,
    load: () => import("./roles/RolesSection.svelte"),
  },
  {
    id: "policies",
    title: "admin.policies",
    icon: Gavel,
    opens: OVERSIGHT,
    load: () => import("./policies/PoliciesSection.svelte"),
  },
  {
    id: "knowledge",
    title: "admin.knowledge",
    icon: BookOpen,
    opens: ["import_knowledge"],
    load: () => import("./knowledge/KnowledgeSection.svelte"),
  },
  {
    id: "models",
    title: "admin.models",
    icon: Cpu,
    opens: ["manage_models", ...OVERSIGHT],
    load: () => import("./models/ModelsSection.svelte"),
  },
  {
    id: "audit",
    title: "admin.audit",
    icon: ScrollText,
    opens: ["read_audit", "verify_audit"],
    load: () => import("./audit/AuditSection.svelte"),
  },
  {
    id: "logs",
    title: "admin.logs",
    icon: BookLock,
    opens: ["grant_log_access", "request_log_access", ...OVERSIGHT],
    load: () => import("./logs/LogsSection.svelte"),
  },
  {
    id: "alerts",
    title: "admin.alerts",
    icon: Bell,
    opens: OVERSIGHT,
    load: () => import("./alerts/AlertsSection.svelte"),
  },
  {
    id: "feedback",
    title: "admin.feedback",
    icon: MessageSquareQuote,
    opens: OVERSIGHT,
    load: () => import("./feedback/FeedbackSection.svelte"),
  },
  {
    id: "retention",
    title: "admin.retention",
    icon: Hourglass,
    opens: OVERSIGHT,
    load: () => import("./retention/RetentionSection.svelte"),
  },
  {
    id: "backups",
    title: "admin.backups",
    icon: Archive,
    opens: ["backup", "restore"],
    load: () => import("./backups/BackupsSection.svelte"),
  },
  {
    id: "keys",
    title: "admin.keys",
    icon: KeyRound,
    opens: ["configure"],
    load: () => import("./keys/KeysSection.svelte"),
  },
  {
    id: "settings",
    title: "admin.settings",
    icon: SlidersHorizontal,
    opens: ["configure"],
    load: () => import("./settings/SettingsSection.svelte"),
  },
  {
    id: "record",
    title: "admin.record",
    icon: FileText,
    opens: OVERSIGHT,
    load: () => import("./record/RecordSection.svelte"),
  },
];

/** The sections that the reader of this session finds. */
export function sectionsFor(session: Session | null): Section[] {
  const permissions = new Set(session?.permissions);
  return SECTIONS.filter(({ opens }) => opens.some((permission) => permissions.has(permission)));
}

/** The section that is shown: the one asked for or, where that is not open, the first that is. */
export function sectionFor(session: Session | null, id: string): Section | null {
  const open = sectionsFor(session);
  return open.find((section) => section.id === id) ?? open[0] ?? null;
}
