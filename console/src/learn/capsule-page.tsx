/** One page of Learn: its own content, then its sources and the way to the next one. */
import type { ComponentType } from "react";
import { Link, useParams } from "wouter";
import { PageTitle } from "../app/page-title";
import { learnTexts } from "../texts/en-learn";
import { AwsCapsule } from "./aws-capsule";
import { BachCapsule } from "./bach-capsule";
import { type CapsuleId, capsuleIds, capsulePath, isCapsuleId } from "./capsules";
import { GanCapsule } from "./gan-capsule";
import { LossesCapsule } from "./losses-capsule";
import { NotesCapsule } from "./notes-capsule";
import { Source } from "./source";

import "../theme/learn.css";

const contents: Readonly<Record<CapsuleId, ComponentType>> = {
  gan: GanCapsule,
  notes: NotesCapsule,
  losses: LossesCapsule,
  bach: BachCapsule,
  aws: AwsCapsule,
};

export default function CapsulePage() {
  const { capsule } = useParams<{ readonly capsule: string }>();
  if (!isCapsuleId(capsule))
    return (
      <>
        <PageTitle title={learnTexts.title} />
        <p>{learnTexts.noSuch(capsule)}</p>
        <Link href="/learn">{learnTexts.all}</Link>
      </>
    );
  const { title, lead, sources } = learnTexts.capsules[capsule];
  const next = capsuleIds[capsuleIds.indexOf(capsule) + 1];
  const Content = contents[capsule];
  return (
    <article className="capsule" key={capsule}>
      <PageTitle title={title} />
      <p className="capsule-lead">{lead}</p>
      <Content />
      <footer>
        <h2>{learnTexts.sources}</h2>
        <ul>
          {sources.map((source) => (
            <li key={source}>
              <Source source={source} />
            </li>
          ))}
        </ul>
        <p>
          {next === undefined ? (
            <Link href="/learn">{learnTexts.all}</Link>
          ) : (
            <Link href={capsulePath(next)}>{learnTexts.next(learnTexts.capsules[next].title)}</Link>
          )}
        </p>
      </footer>
    </article>
  );
}
