/** The texts of the card that says how a finished piece is played. */
export const performanceTexts = {
  title: "How it is played",
  instruments: "Instruments",
  presets: {
    model: "As it was composed",
    choir: "Choir",
    strings: "Strings",
    brass: "Brass",
    organ: "Organ",
    piano: "Piano",
    band: "Band",
  },
  manners: {
    dynamics: { label: "Dynamics", hint: "Louder and softer with the phrases, the tune in front." },
    mix: { label: "Places", hint: "Each track has its volume and its place between left and right." },
    breaths: { label: "Breaths", hint: "The other voices end a little earlier where a phrase ends." },
    ritardando: { label: "Slower at the end", hint: "The last bar slows down, and its last note is held." },
  },
} as const;
