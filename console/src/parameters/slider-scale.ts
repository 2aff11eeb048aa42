/** Where on its slider a number stands: a logarithmic parameter has as much room for each tenfold. */
import type { components } from "../../../client/client";

type Parameter = components["schemas"]["Parameter"];

export interface SliderScale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly positionOf: (value: number) => number;
  readonly valueAt: (position: number) => number;
}

/** Positions of the slider of a logarithmic parameter. */
const logPositions = 1000;
/** With more steps nobody hits one, as of a seed: the number is typed. */
const mostSteps = 100_000;

export const stepOf = ({ step, type }: Pick<Parameter, "step" | "type">): number =>
  step ?? (type === "integer" ? 1 : 0.05);

/** Returns the scale of a number's slider, or undefined where it has none. */
export function sliderScale(
  parameter: Pick<Parameter, "minimum" | "maximum" | "step" | "type" | "scale">,
): SliderScale | undefined {
  const { minimum, maximum, scale } = parameter;
  const step = stepOf(parameter);
  if (minimum === undefined || maximum === undefined || (maximum - minimum) / step > mostSteps) return undefined;
  if (scale !== "log" || minimum <= 0) {
    return { min: minimum, max: maximum, step, positionOf: (value) => value, valueAt: (position) => position };
  }
  const range = Math.log(maximum / minimum);
  return {
    min: 0,
    max: logPositions,
    step: 1,
    positionOf: (value) => (logPositions * Math.log(value / minimum)) / range,
    valueAt: (position) => {
      const exact = minimum * Math.exp((range * position) / logPositions);
      return Number((Math.round(exact / step) * step).toPrecision(6));
    },
  };
}
