/** A color in the light and in the dark mode. */
interface ModeColor {
  readonly light: string;
  readonly dark: string;
}
const inModes = (light: string, dark: string): ModeColor => ({ light, dark });

/** The console's look of Cloudscape's controls: paper and ink around the stage. */
export const themeTokens: Readonly<Record<string, string | ModeColor>> = {
  fontFamilyBase: "'Inter Variable', system-ui, sans-serif",
  colorBackgroundLayoutMain: inModes("#F6F3EA", "#0B0F1D"),
  colorBackgroundContainerContent: inModes("#FFFDF8", "#151B30"),
  colorBackgroundContainerHeader: inModes("#FFFDF8", "#151B30"),
  colorBorderDividerDefault: inModes("#E2DCCB", "#2A3250"),
  colorTextAccent: inModes("#2F5BE0", "#8FA8FF"),
  colorBackgroundButtonPrimaryDefault: inModes("#2F5BE0", "#F4F1E8"),
  colorBackgroundButtonPrimaryHover: inModes("#2549B8", "#FFFFFF"),
  colorBackgroundButtonPrimaryActive: inModes("#1D3B98", "#DAD6C8"),
  colorTextButtonPrimaryDefault: inModes("#FFFFFF", "#0B0F1D"),
  colorTextButtonPrimaryHover: inModes("#FFFFFF", "#0B0F1D"),
  colorTextButtonPrimaryActive: inModes("#FFFFFF", "#0B0F1D"),
  colorBorderButtonNormalDefault: inModes("#20243A", "#A9B4DA"),
  colorTextButtonNormalDefault: inModes("#20243A", "#F4F1E8"),
  colorBorderButtonNormalHover: inModes("#2F5BE0", "#8FA8FF"),
  colorTextButtonNormalHover: inModes("#2F5BE0", "#FFFFFF"),
  colorBackgroundButtonNormalHover: inModes("#EEF2FF", "#1E2745"),
  colorBackgroundSegmentActive: inModes("#20243A", "#F4F1E8"),
  colorTextSegmentActive: inModes("#FFFDF8", "#0B0F1D"),
  colorTextSegmentDefault: inModes("#5B607A", "#A9B0CC"),
  colorTextSegmentHover: inModes("#2F5BE0", "#FFFFFF"),
  colorBackgroundControlChecked: inModes("#2F5BE0", "#8FA8FF"),
  colorBackgroundSliderRangeDefault: inModes("#2F5BE0", "#8FA8FF"),
  colorBackgroundSliderHandleDefault: inModes("#2F5BE0", "#8FA8FF"),
  colorTextInteractiveDefault: inModes("#20243A", "#F4F1E8"),
  colorBorderItemFocused: inModes("#2F5BE0", "#8FA8FF"),
  colorTextLinkDefault: inModes("#2F5BE0", "#8FA8FF"),
  borderRadiusButton: "10px",
  borderRadiusInput: "8px",
  borderRadiusContainer: "14px",
};
