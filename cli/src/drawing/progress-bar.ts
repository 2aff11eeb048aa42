/** What a person sees while something is waited for. It is drawn on the screen of errors, and leaves nothing behind. */
import { type Screen, write } from "../terminal";

const full = "█";
const empty = "░";

/** Returns a bar of which a share is full. */
export function drawBar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${full.repeat(filled)}${empty.repeat(width - filled)}`;
}

/** Returns a bar for work of which nobody knows how far it is: a block that goes from the left to the right and back. */
export function drawWaiting(tick: number, width: number): string {
  const block = Math.min(width, Math.max(1, Math.floor(width / 5)));
  const way = width - block;
  const place = way === 0 ? 0 : way - Math.abs((tick % (2 * way)) - way);
  return `${empty.repeat(place)}${full.repeat(block)}${empty.repeat(way - place)}`;
}

export interface Progress {
  /** Says how far the work is. Without a share nobody knows it. */
  readonly tell: (text: string, share?: number) => void;
  /** Takes the bar away. */
  readonly end: () => Promise<void>;
}

const barWidth = 24;
const secondsBetween = 0.1;

/** Begins to draw on a screen. Nothing is drawn where nobody looks. */
export function beginProgress(screen: Screen): Progress {
  if (!screen.isScreen) return { tell: () => undefined, end: async () => undefined };
  const began = Date.now();
  let line = { text: "", share: undefined as number | undefined };
  let tick = 0;
  const draw = (): void => {
    const bar = line.share === undefined ? drawWaiting(tick, barWidth) : drawBar(line.share, barWidth);
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    tick += 1;
    screen.stream.write(`\r\u001b[2K${`${bar} ${line.text} ${seconds} s`.slice(0, screen.columns - 1)}`);
  };
  const timer = setInterval(draw, secondsBetween * 1000);
  return {
    tell: (text, share) => {
      line = { text, share };
      draw();
    },
    end: async () => {
      clearInterval(timer);
      await write(screen, "\r\u001b[2K");
    },
  };
}
