/** Series as a stack is drawn: the sum of all first, then ever fewer, the first alone last. */

type Data = [number[], ...number[][]];

export function stacked(days: readonly number[], series: readonly (readonly number[])[]): Data {
  const sums: number[][] = [];
  let below = days.map(() => 0);
  for (const values of series) {
    below = below.map((sum, index) => sum + (values[index] ?? 0));
    sums.unshift(below);
  }
  return [[...days], ...sums];
}
