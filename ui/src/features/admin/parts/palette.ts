/** The colours and fills of the charts, from the tokens, as a canvas takes them. */

/** How a series is filled and drawn, so that it reads without colour. */
export type Fill = "solid" | "diagonal" | "dots" | "grid";

export const FILLS: readonly Fill[] = ["solid", "diagonal", "dots", "grid"];

export interface Ink {
  series: readonly string[];
  surface: string;
  line: string;
  axis: string;
  text: string;
  font: string;
}

/** Reads the tokens as they are now. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4].map((number) => token(`--chart-${number}`)),
    surface: token("--color-surface"),
    line: token("--color-line"),
    axis: token("--color-line-strong"),
    text: token("--color-text-muted"),
    font: token("--font-text"),
  };
}

/** Draws one tile of a fill and gives the pattern; a canvas without patterns gets the colour. */
export function paint(fill: Fill, colour: string, gap: string): CanvasPattern | string {
  const size = fill === "diagonal" ? 8 : 5;
  const tile = document.createElement("canvas");
  tile.width = size * 2;
  tile.height = size * 2;
  const context = tile.getContext("2d");
  if (fill === "solid" || !context) return colour;
  context.scale(2, 2);
  context.fillStyle = colour;
  context.fillRect(0, 0, size, size);
  context.fillStyle = gap;
  context.strokeStyle = gap;
  MARKS[fill](context, size);
  const pattern = context.createPattern(tile, "repeat");
  // Two pixels of the tile to one of the page, for sharp screens.
  pattern?.setTransform(new DOMMatrix().scale(devicePixelRatio / 2));
  return pattern ?? colour;
}

type Draw = (context: CanvasRenderingContext2D, size: number) => void;

const MARKS: Record<Exclude<Fill, "solid">, Draw> = {
  diagonal: (context, size) => {
    context.lineWidth = 1.6;
    context.beginPath();
    for (const offset of [-size, 0, size]) {
      context.moveTo(offset, size);
      context.lineTo(offset + size, 0);
    }
    context.stroke();
  },
  dots: (context, size) => {
    context.beginPath();
    context.arc(size / 2, size / 2, 1, 0, 2 * Math.PI);
    context.fill();
  },
  grid: (context, size) => {
    context.fillRect(0, 0, size, 1);
    context.fillRect(0, 0, 1, size);
  },
};
