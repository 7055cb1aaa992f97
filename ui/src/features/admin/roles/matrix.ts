/** The matrix of roles and permissions: its order, and how each cell stands. */
import type { Matrix, MatrixCell, Role } from "../../../lib/api/model";

export type CellState = "given" | "inherited" | "conditions" | "never";

export interface Cell {
  state: CellState;
  /** Labels of knowledge that it is confined to. */
  labels: readonly string[];
  /** Ids of policies that ever stood in the way. */
  rules: readonly string[];
}

/** Permissions by what they are about, in the order in which people ask for them. */
export const GROUPS = [
  {
    id: "knowledge",
    permissions: [
      "read_public_faq",
      "read_public_docs",
      "read_internal_docs",
      "import_knowledge",
      "release_quarantine",
      "edit_labels",
    ],
  },
  {
    id: "everyday",
    permissions: ["read_company_directory", "read_own_data", "read_own_performance"],
  },
  {
    id: "sales",
    permissions: [
      "read_sales",
      "read_sales_aggregate",
      "write_sales_notes",
      "read_team_sales",
      "read_team_performance",
      "approve_discounts",
    ],
  },
  {
    id: "personnel",
    permissions: ["read_hr_data", "write_hr_data", "read_pii", "read_employee_salary"],
  },
  { id: "money", permissions: ["read_financial", "export_financial_reports"] },
  {
    id: "oversight",
    permissions: ["read_audit", "verify_audit", "read_compliance", "request_log_access"],
  },
  {
    id: "administration",
    permissions: [
      "manage_people",
      "manage_roles",
      "manage_policy",
      "manage_models",
      "grant_log_access",
      "backup",
      "restore",
      "configure",
    ],
  },
] as const;

export const PERMISSIONS = GROUPS.flatMap(({ permissions }) => [...permissions]);
export type Permission = (typeof PERMISSIONS)[number];

/** Roles so that each stands after those it inherits from; who administers, last. */
export function ordered(roles: readonly Role[]): Role[] {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const depth = (name: string, seen: readonly string[] = []): number => {
    const parents = seen.includes(name) ? [] : (byName.get(name)?.inherits ?? []);
    return Math.max(0, ...parents.map((parent) => depth(parent, [...seen, name]) + 1));
  };
  const rank = (role: Role) => (role.name === "admin" ? Number.MAX_SAFE_INTEGER : depth(role.name));
  return roles.toSorted(
    (one, other) => rank(one) - rank(other) || (one.name < other.name ? -1 : 1),
  );
}

/** Every cell, by `permission role`. */
export function cells(matrix: Matrix, roles: readonly Role[]): Map<string, Cell> {
  const reach = new Map(matrix.items.map((cell) => [at(cell.permission, cell.role), cell]));
  const parents = new Map(roles.map((role) => [role.name, role.inherits]));
  return new Map(
    matrix.items.map((cell) => {
      const inherited = (parents.get(cell.role) ?? []).some((parent) =>
        same(reach.get(at(cell.permission, parent)), cell),
      );
      return [at(cell.permission, cell.role), judged(cell, inherited)];
    }),
  );
}

/** The key of a cell. */
export function at(permission: string, role: string): string {
  return `${permission} ${role}`;
}

function judged(cell: MatrixCell, inherited: boolean): Cell {
  const labels = cell.labels ?? [];
  const rules = cell.conditions ?? [];
  if (cell.reach === "never") return { state: "never", labels, rules };
  // Of knowledge, nobody has all: there the labels say how far it goes.
  if (cell.reach === "sometimes" && labels.length === 0)
    return { state: "conditions", labels, rules };
  return { state: inherited ? "inherited" : "given", labels, rules };
}

function same(one: MatrixCell | undefined, other: MatrixCell): boolean {
  if (!one || one.reach !== other.reach) return false;
  return (one.labels ?? []).join() === (other.labels ?? []).join();
}
