/** Check boxes for the music to learn from, with how many pieces each of them would leave. */
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { useMemo } from "react";
import type { Music } from "../datasets/training-path";
import { trainingTexts } from "../texts/en-training";
import { topicName, topicValue } from "./topic-words";
import { withoutTopic, withTopic } from "./topics";
import { useTrainingTopics } from "./training-queries";
import type { Topics, TrainingTopics } from "./training-resources";

const { create: words } = trainingTexts;
/** A topic with more values is folded until it is asked for. */
const mostShown = 6;

interface TopicsProps {
  readonly music: Music;
  /** The counts without any choice: every topic with all its values. */
  readonly all: TrainingTopics;
  readonly topics: Topics;
  readonly choose: (topics: Topics) => void;
}

export function TopicChoice({ music, all, topics, choose }: TopicsProps) {
  const tags = Object.entries(all.topics).filter(([, values]) => Object.keys(values).length > 1);
  return (
    <div className="topics">
      {tags.map(([tag, values]) => (
        <Topic key={tag} music={music} tag={tag} values={values} all={all} topics={topics} choose={choose} />
      ))}
    </div>
  );
}

function Topic(props: TopicsProps & { readonly tag: string; readonly values: Readonly<Record<string, number>> }) {
  const { music, tag, values, all, topics, choose } = props;
  // A piece has one of the chosen values: what another value would add does not depend on the choice in its own row.
  const others = useMemo(() => withoutTopic(topics, tag), [topics, tag]);
  const counts = useTrainingTopics(music, others).data ?? all;
  const sorted = Object.entries(values).sort((one, other) => other[1] - one[1]);
  const chosen = topics[tag] ?? [];
  const boxes = (
    <div className="topic-values">
      {sorted.map(([value]) => (
        <Checkbox
          key={value}
          checked={chosen.includes(value)}
          onChange={({ detail }) => {
            choose(withTopic(topics, tag, value, detail.checked));
          }}
        >
          {topicValue(value)}{" "}
          <span className="topic-count figures">{words.topicPieces(counts.topics[tag]?.[value] ?? 0)}</span>
        </Checkbox>
      ))}
    </div>
  );
  return (
    <fieldset className="topic">
      <legend>{topicName(tag)}</legend>
      {sorted.length > mostShown ? (
        <ExpandableSection
          headerText={words.values(sorted.length, chosen.length)}
          defaultExpanded={chosen.length > 0}
          headerAriaLabel={topicName(tag)}
        >
          {boxes}
        </ExpandableSection>
      ) : (
        boxes
      )}
    </fieldset>
  );
}
