/** One chart of metrics by epoch. Its cursor is that of all charts of the page, and a click chooses an epoch. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useColorMode } from "../app/color-mode";
import { useElementSize } from "../stage/use-element-size";
import { bandOf, type Line } from "./curve-data";

import "uplot/dist/uPlot.min.css";
import "../theme/curves.css";

export interface ChartProps {
  /** What the chart shows, in a sentence: those who cannot see it read this. */
  readonly description: string;
  readonly epochs: readonly number[];
  readonly lines: readonly Line[];
  /** The value of the training data. */
  readonly reference?: number | undefined;
  readonly height: number;
  readonly epoch: number | undefined;
  readonly onEpoch?: ((epoch: number) => void) | undefined;
}

/** Lines differ in color and in style. */
export const lineStyles = [
  { variable: "--curve-1", dash: [] },
  { variable: "--curve-2", dash: [7, 4] },
  { variable: "--curve-3", dash: [2, 4] },
  { variable: "--curve-4", dash: [10, 3, 2, 3] },
  { variable: "--curve-5", dash: [14, 5] },
  { variable: "--curve-6", dash: [4, 2, 4, 6] },
] as const;
const referenceDash = [2, 3];
const cursorKey = "epochs";
const pointsUpTo = 30;

const styleOf = (index: number): (typeof lineStyles)[number] => lineStyles[index % lineStyles.length] ?? lineStyles[0];

export function Chart({ description, epochs, lines, reference, height, epoch, onEpoch }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const chosen = useRef(epoch);
  const choose = useRef(onEpoch);
  const { width } = useElementSize(place);
  const mode = useColorMode();
  useEffect(() => {
    choose.current = onEpoch;
  }, [onEpoch]);
  useEffect(() => {
    const { current } = place;
    if (current === null || width === 0) return undefined;
    const css = getComputedStyle(current);
    const color = (name: string): string => css.getPropertyValue(name).trim();
    const bands: uPlot.Band[] = [];
    const series: uPlot.Series[] = [{}];
    const data: (readonly (number | null)[])[] = [epochs];
    for (const [index, { label, values }] of lines.entries()) {
      const { variable, dash } = styleOf(index);
      const stroke = color(variable);
      const band = bandOf(values);
      if (band !== undefined) {
        bands.push({ series: [series.length + 1, series.length], fill: `${stroke}2e` });
        series.push({ show: true, stroke: "transparent", points: { show: false } });
        series.push({ show: true, stroke: "transparent", points: { show: false } });
        data.push(band.low, band.high);
      }
      series.push({ label, stroke, width: 2, dash: [...dash], points: { show: epochs.length <= pointsUpTo, size: 5 } });
      data.push(values);
    }
    if (reference !== undefined) {
      series.push({ stroke: color("--curve-data"), width: 2, dash: referenceDash, points: { show: false } });
      data.push(epochs.map(() => reference));
    }
    const axis = {
      stroke: color("--soft"),
      font: "12px 'Inter Variable', sans-serif",
      grid: { stroke: color("--line"), width: 1 },
      ticks: { stroke: color("--line"), width: 1, size: 4 },
    };
    const made = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        cursor: { sync: { key: cursorKey, setSeries: false }, drag: { x: false, y: false }, y: false },
        scales: {
          x: {
            time: false,
            range: (_plot, min, max) => (min === max ? [min - 1, max + 1] : [min, max]),
          },
          y: {
            // A line that never moves, such as "no empty bar", stands at the foot of a chart of one unit.
            range: (_plot, min, max) => (min === max ? [min, min + 1] : uPlot.rangeNum(min, max, 0.1, true)),
          },
        },
        axes: [
          { ...axis, size: 28, space: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
          // uPlot rounds to three places, at which the steps of a small range are all the same number.
          {
            ...axis,
            size: 46,
            space: 30,
            values: (_plot, splits) => splits.map((split) => String(Number(split.toPrecision(4)))),
          },
        ],
        series,
        bands,
        hooks: {
          draw: [
            (drawn) => {
              const at = chosen.current;
              if (at === undefined || epochs.length === 0) return;
              const x = Math.round(drawn.valToPos(at, "x", true));
              const { ctx, bbox } = drawn;
              if (x < bbox.left || x > bbox.left + bbox.width) return;
              ctx.save();
              ctx.strokeStyle = color("--ink");
              ctx.lineWidth = 2 * devicePixelRatio;
              ctx.beginPath();
              ctx.moveTo(x, bbox.top);
              ctx.lineTo(x, bbox.top + bbox.height);
              ctx.stroke();
              ctx.restore();
            },
          ],
        },
      },
      data as unknown as uPlot.AlignedData,
      current,
    );
    plot.current = made;
    const clicked = (): void => {
      const { idx } = made.cursor;
      const at = idx === null || idx === undefined ? undefined : epochs[idx];
      if (at !== undefined) choose.current?.(at);
    };
    made.over.addEventListener("click", clicked);
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  }, [epochs, lines, reference, width, height, mode]);
  useEffect(() => {
    chosen.current = epoch;
    plot.current?.redraw(false);
  }, [epoch]);
  return <div ref={place} className="chart" role="img" aria-label={description} style={{ height }} />;
}
