/**
 * The colors of the tracks, in the order in which tracks get them. They were searched for distance under normal,
 * protanopic, deuteranopic and tritanopic sight, and each has a contrast of at least 4.8 on the stage.
 */
export const trackColors = ["#F4F1E8", "#F25F5F", "#ECB613", "#5F83F2", "#7CE0B8", "#D08CF0"] as const;

/** The colors of the stage, which is dark in both modes. */
export const stageColors = {
  ground: "#0E1325",
  blackKeyRow: "#0A0E1C",
  frame: "#0B0F1D",
  barLine: "#39446E",
  beatLine: "#1A2140",
  octaveLine: "#28304F",
  text: "#A9B4DA",
  added: "#5F83F2",
  justAdded: "#ECB613",
  justRemoved: "#F25F5F",
} as const;
