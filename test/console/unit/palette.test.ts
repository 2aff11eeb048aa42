import { stageColors, trackColors } from "../../../console/src/theme/palette";

/** The relative luminance of a color such as `#0E1325`, as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((place) => {
    const value = parseInt(color.slice(place, place + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const contrast = (one: string, other: string): number => {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
};

test.each(trackColors)("the track color %s is seen on the stage", (color) => {
  expect(contrast(color, stageColors.ground)).toBeGreaterThan(4.8);
});
