import { Link } from "wouter";
import { PageTitle } from "../app/page-title";
import { learnTexts } from "../texts/en-learn";
import { capsuleIds, capsulePath } from "./capsules";

import "../theme/learn.css";

export default function LearnPage() {
  return (
    <>
      <PageTitle title={learnTexts.title} description={learnTexts.description} />
      <ol className="capsules">
        {capsuleIds.map((id, index) => {
          const { title, teaser, minutes } = learnTexts.capsules[id];
          return (
            <li key={id}>
              <Link href={capsulePath(id)} className="card capsule-card">
                <span className="capsule-number" aria-hidden="true">
                  {index + 1}
                </span>
                <span>
                  <strong>{title}</strong>
                  <span className="capsule-teaser">{teaser}</span>
                  <small>{learnTexts.minutes(minutes)}</small>
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </>
  );
}
