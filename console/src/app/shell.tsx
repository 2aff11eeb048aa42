/** The frame around every page: the way past it for the keyboard, the header, the navigation, and the page's place. */
import { Suspense, useEffect, useRef } from "react";
import { Link, matchRoute, Redirect, Route, Switch, useLocation, useRouter } from "wouter";
import { SignInAgainBar } from "../sign-in/sign-in-again-bar";
import { SignInMenu } from "../sign-in/sign-in-menu";
import { texts } from "../texts/en";
import { BrandMark } from "./brand-mark";
import { chooseColorMode, useColorMode } from "./color-mode";
import { ErrorBoundary } from "./error-boundary";
import { NotFoundPage } from "./not-found-page";
import { homePath, pageRoutes } from "./routes";

export function Shell() {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const { parser } = useRouter();
  const page = pageRoutes.findIndex(({ path: pattern }) => matchRoute(parser, pattern, path)[0]);
  const shownPage = useRef(page);
  // Another page begins at its top, for eyes and for screen readers alike.
  useEffect(() => {
    if (shownPage.current === page) return;
    shownPage.current = page;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return (
    <div className="shell">
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {texts.skipToContent}
      </a>
      <header className="shell-header">
        <Link href={homePath} className="brand" aria-label={texts.product}>
          <BrandMark />
          <span>{texts.product}</span>
        </Link>
        <Navigation path={path} />
        <div className="shell-actions">
          <ColorModeButton />
          <SignInMenu />
        </div>
      </header>
      <SignInAgainBar />
      <main id="main" ref={main} tabIndex={-1}>
        <ErrorBoundary place={path}>
          <Suspense fallback={<p role="status">{texts.loading}</p>}>
            <Switch>
              <Route path="/">
                <Redirect to={homePath} replace />
              </Route>
              {pageRoutes.map(({ path: pagePath, page: Page }) => (
                <Route key={pagePath} path={pagePath}>
                  <Page />
                </Route>
              ))}
              <Route>
                <NotFoundPage />
              </Route>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

function Navigation({ path }: { readonly path: string }) {
  const bar = useRef<HTMLElement>(null);
  // On a phone the bar scrolls, and the page that is shown may stand outside of what is seen of it.
  useEffect(() => {
    bar.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path]);
  return (
    <nav ref={bar} className="navigation" aria-label={texts.navigation.label}>
      {pageRoutes.map(
        ({ path: to, navigation }) =>
          navigation !== undefined && (
            <Link key={to} href={to} aria-current={path === to || path.startsWith(`${to}/`) ? "page" : undefined}>
              {navigation}
            </Link>
          ),
      )}
    </nav>
  );
}

function ColorModeButton() {
  const other = useColorMode() === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="plain-button"
      onClick={() => {
        chooseColorMode(other);
      }}
    >
      {texts.colorModes[other]}
    </button>
  );
}
