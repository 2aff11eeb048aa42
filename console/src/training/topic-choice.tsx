/** Check boxes for the music to learn from, with how many pieces each of them would leave. */
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { trainingTexts } from "../texts/en-training";
import { topicName, topicValue } from "./topic-words";
import type { Topics, TrainingTopics } from "./training-queries";

const { create: words } = trainingTexts;
/** A topic with more values is folded until it is asked for. */
const mostShown = 6;

export function withTopic(topics: Topics, tag: string, value: string, isChosen: boolean): Topics {
  const before = topics[tag] ?? [];
  const after = isChosen ? [...before, value] : before.filter((one) => one !== value);
  const { [tag]: _replaced, ...others } = topics;
  return after.length === 0 ? others : { ...others, [tag]: after };
}

export function TopicChoice(props: {
  /** The counts of the present choice. */
  readonly counts: TrainingTopics;
  /** The counts without any choice: every topic with all its values. */
  readonly all: TrainingTopics;
  readonly topics: Topics;
  readonly choose: (topics: Topics) => void;
}) {
  const { counts, all, topics, choose } = props;
  const tags = Object.entries(all.topics).filter(([, values]) => Object.keys(values).length > 1);
  return (
    <div className="topics">
      {tags.map(([tag, values]) => {
        const sorted = Object.entries(values).sort((one, other) => other[1] - one[1]);
        const boxes = (
          <div className="topic-values">
            {sorted.map(([value]) => {
              const isChosen = topics[tag]?.includes(value) === true;
              const pieces = counts.topics[tag]?.[value] ?? 0;
              return (
                <Checkbox
                  key={value}
                  checked={isChosen}
                  onChange={({ detail }) => {
                    choose(withTopic(topics, tag, value, detail.checked));
                  }}
                >
                  {topicValue(value)} <span className="topic-count figures">{words.topicPieces(pieces)}</span>
                </Checkbox>
              );
            })}
          </div>
        );
        const isLong = sorted.length > mostShown;
        return (
          <fieldset key={tag} className="topic">
            <legend>{topicName(tag)}</legend>
            {isLong ? (
              <ExpandableSection
                headerText={words.more(sorted.length)}
                defaultExpanded={topics[tag] !== undefined}
                headerAriaLabel={topicName(tag)}
              >
                {boxes}
              </ExpandableSection>
            ) : (
              boxes
            )}
          </fieldset>
        );
      })}
    </div>
  );
}
