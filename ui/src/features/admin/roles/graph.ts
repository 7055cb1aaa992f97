/** Where the roles stand in the picture of who inherits from whom. */
import type { Role } from "../../../lib/api/model";

export const BOX = { width: 104, height: 30 } as const;
const GAP = { across: 18, down: 10 } as const;

export interface Box {
  role: Role;
  x: number;
  y: number;
}

export interface Line {
  id: string;
  from: string;
  to: string;
  path: string;
}

export interface Graph {
  width: number;
  height: number;
  boxes: Box[];
  lines: Line[];
}

/** Lays the roles out from those that are inherited from to those that inherit. */
export async function graphOf(roles: readonly Role[]): Promise<Graph> {
  const { Graph: Directed, layout } = await import("@dagrejs/dagre").then(
    ({ graphlib, layout }) => ({ Graph: graphlib.Graph, layout }),
  );
  const graph = new Directed();
  graph.setGraph({ rankdir: "LR", nodesep: GAP.down, ranksep: GAP.across, marginx: 2, marginy: 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const role of roles) graph.setNode(role.name, { ...BOX });
  for (const { name, inherits } of roles) {
    for (const parent of inherits) graph.setEdge(parent, name);
  }
  layout(graph);
  const place = (name: string) => graph.node(name) as { x: number; y: number };
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: roles.map((role) => ({ role, ...corner(place(role.name)) })),
    lines: graph.edges().map(({ v, w }) => {
      return { id: `${v} ${w}`, from: v, to: w, path: bent(place(v), place(w)) };
    }),
  };
}

/** A role with all that it inherits from, itself included. */
export function ancestors(roles: readonly Role[], name: string): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(roles.find((role) => role.name === next)?.inherits ?? []));
  }
  return found;
}

function corner({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x: x - BOX.width / 2, y: y - BOX.height / 2 };
}

interface Point {
  x: number;
  y: number;
}

/** Across, then up or down, then across, as a plan is drawn. */
function bent(from: Point, to: Point): string {
  const start = from.x + BOX.width / 2;
  const end = to.x - BOX.width / 2;
  const middle = end - GAP.across / 2;
  return `M${start} ${from.y}H${middle}V${to.y}H${end}`;
}
