/** Four notes of a roll, in the colors of the voices. */
export function BrandMark() {
  return (
    <svg className="brand-mark" viewBox="0 0 26 26" aria-hidden="true">
      <rect x="1" y="15" width="9" height="5" rx="2.5" fill="#D1344B" />
      <rect x="8" y="9" width="11" height="5" rx="2.5" fill="#ECB613" />
      <rect x="15" y="3" width="10" height="5" rx="2.5" fill="#5F83F2" />
      <rect x="14" y="20" width="11" height="5" rx="2.5" fill="currentColor" />
    </svg>
  );
}
