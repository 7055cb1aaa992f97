/** Roles and policies: who may do what, why, and changes of that. */
import { type ApiClient, segment } from "./client";
import type {
  Explanation,
  Matrix,
  PolicyChange,
  PolicyCheck,
  PolicyList,
  PolicyVersion,
  Role,
} from "./model";

export interface RoleForm {
  title: string;
  inherits: string[];
  permissions: string[];
}

export interface Question {
  user: string;
  action: string;
  resource: string;
}

export class PolicyApi {
  constructor(private readonly api: ApiClient) {}

  async roles(): Promise<Role[]> {
    const body = await this.api.call<{ items: Role[] }>("GET", "/api/roles");
    return body.items;
  }

  /** Makes or changes a role of the site's own. */
  setRole(name: string, form: RoleForm): Promise<PolicyChange> {
    return this.api.call("PUT", `/api/roles/${segment(name)}`, form);
  }

  removeRole(name: string): Promise<PolicyChange> {
    return this.api.call("DELETE", `/api/roles/${segment(name)}`);
  }

  /** Who may do what, told by the engine itself; takes a second or two. */
  matrix(): Promise<Matrix> {
    return this.api.call("GET", "/api/policies/matrix");
  }

  policies(): Promise<PolicyList> {
    return this.api.call("GET", "/api/policies");
  }

  /** What is wrong with a draft or, where nothing is, what it would mean. */
  check(policies: string): Promise<PolicyCheck> {
    return this.api.call("POST", "/api/policies/check", { policies });
  }

  change(policies: string): Promise<PolicyChange> {
    return this.api.call("PUT", "/api/policies", { policies });
  }

  explain(question: Question): Promise<Explanation> {
    return this.api.call("POST", "/api/policies/explain", question);
  }

  async changes(): Promise<PolicyChange[]> {
    const body = await this.api.call<{ items: PolicyChange[] }>("GET", "/api/policies/changes");
    return body.items;
  }

  decide(id: string, approve: boolean): Promise<PolicyChange> {
    return this.api.call("POST", `/api/policies/changes/${segment(id)}`, { approve });
  }

  async versions(): Promise<PolicyVersion[]> {
    const body = await this.api.call<{ items: PolicyVersion[] }>("GET", "/api/policies/versions");
    return body.items;
  }

  /** Goes back to an earlier version, which becomes a version of its own. */
  restore(version: number): Promise<PolicyChange> {
    return this.api.call("POST", `/api/policies/versions/${version}/restore`);
  }
}
