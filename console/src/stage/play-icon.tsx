/** The triangle of Play, or the bars of Pause. */
export function PlayIcon({ isPlaying }: { readonly isPlaying: boolean }) {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      <path fill="currentColor" d={isPlaying ? "M4 3h4v12H4zM10 3h4v12h-4z" : "M5 2.5v13l10.5-6.5z"} />
    </svg>
  );
}
