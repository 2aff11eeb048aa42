import { Link, useLocation } from "wouter";
import { texts } from "../texts/en";
import { PageTitle } from "./page-title";
import { homePath } from "./routes";

export function NotFoundPage() {
  const [path] = useLocation();
  return (
    <>
      <PageTitle title={texts.notFound.title} />
      <p>{texts.notFound.explanation(path)}</p>
      <p>
        <Link href={homePath}>{texts.notFound.home}</Link>
      </p>
    </>
  );
}
