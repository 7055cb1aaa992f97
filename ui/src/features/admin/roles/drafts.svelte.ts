/** Changes of the site's own roles that were made in the matrix and are not saved yet. */
import type { PolicyApi } from "../../../lib/api/policy";
import type { PolicyChange, Role } from "../../../lib/api/model";

export class RoleDrafts {
  /** The permissions that a role would have by itself, by its name. */
  #permissions = $state.raw<ReadonlyMap<string, readonly string[]>>(new Map());

  constructor(private readonly api: PolicyApi) {}

  /** How many permissions would be given or taken. */
  count(roles: readonly Role[]): number {
    return roles.reduce((sum, role) => sum + this.#changed(role).length, 0);
  }

  has(role: Role, permission: string): boolean {
    return (this.#permissions.get(role.name) ?? role.permissions).includes(permission);
  }

  isChanged(role: Role, permission: string): boolean {
    return this.#changed(role).includes(permission);
  }

  /** Gives or takes a permission; shipped roles stay as they are. */
  toggle(role: Role, permission: string): void {
    if (role.shipped) return;
    const now = this.#permissions.get(role.name) ?? role.permissions;
    const next = now.includes(permission)
      ? now.filter((known) => known !== permission)
      : [...now, permission];
    this.#permissions = new Map([...this.#permissions, [role.name, next]]);
  }

  drop(): void {
    this.#permissions = new Map();
  }

  /** Saves role after role; gives the last change, which tells whether it waits. */
  async save(roles: readonly Role[]): Promise<PolicyChange | null> {
    let last: PolicyChange | null = null;
    for (const role of roles.filter((role) => this.#changed(role).length > 0)) {
      const permissions = [...(this.#permissions.get(role.name) ?? role.permissions)];
      const { title, inherits } = role;
      const change = await this.api.setRole(role.name, { title, inherits, permissions });
      if (last?.state !== "pending") last = change;
    }
    this.drop();
    return last;
  }

  #changed(role: Role): string[] {
    const draft = this.#permissions.get(role.name);
    if (!draft) return [];
    const given = draft.filter((permission) => !role.permissions.includes(permission));
    return [...given, ...role.permissions.filter((permission) => !draft.includes(permission))];
  }
}
