/** Deletes everything that the user has: asks first, then tells how far it is, and in the end where nothing was found. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { ProblemAlert } from "../app/problem-alert";
import { ActionDialog, useSending } from "../lists/action-dialog";
import { eraseTexts as words } from "../texts/en-account";
import { countLeft, type Erasure, useEraseUserData, useUserData } from "./user-data";

export function EraseData() {
  const { data, error } = useUserData();
  const [isAsking, setAsking] = useState(false);
  const erasure = data?.erasure ?? undefined;
  const isUnderWay = erasure !== undefined && erasure.state !== "ERASED";
  return (
    <section className="card erase-data" aria-labelledby="erase-data">
      <h2 id="erase-data">{words.title}</h2>
      <p>{words.what}</p>
      <p>{words.stays}</p>
      {error !== null && <ProblemAlert error={error} />}
      {erasure !== undefined && <Progress erasure={erasure} />}
      {data !== undefined && !isUnderWay && (
        <Button
          onClick={() => {
            setAsking(true);
          }}
        >
          {words.ask}
        </Button>
      )}
      {isAsking && (
        <EraseDialog
          close={() => {
            setAsking(false);
          }}
        />
      )}
    </section>
  );
}

function Progress({ erasure }: { readonly erasure: Erasure }) {
  const { state, createdAt, watchedUntil, proof } = erasure;
  const left = countLeft(erasure);
  return (
    <>
      <p role="status">
        <strong>{words.states[state]}</strong>{" "}
        {state === "WATCHING" && watchedUntil !== undefined
          ? words.watched(new Date(watchedUntil))
          : state === "ERASED" && proof !== undefined
            ? words.erasedAt(new Date(proof.seenEmptyAt))
            : left === undefined
              ? words.asked(new Date(createdAt))
              : words.left(left.rows, left.files)}
      </p>
      {proof !== undefined && (
        <ExpandableSection headerText={words.proof}>
          <ul className="proof">
            {proof.partitions.map((partition) => (
              <li key={partition}>{words.noRow(partition)}</li>
            ))}
            {proof.prefixes.map(({ bucket, prefix }) => (
              <li key={bucket}>{words.noFile(words.buckets[bucket], prefix)}</li>
            ))}
          </ul>
        </ExpandableSection>
      )}
    </>
  );
}

/** Asks before everything is deleted. The word has to be typed, because nothing brings the data back. */
function EraseDialog({ close }: { readonly close: () => void }) {
  const [typed, setTyped] = useState("");
  const [wasWrong, setWrong] = useState(false);
  const erase = useEraseUserData();
  const sending = useSending({
    close,
    work: async () => {
      if (typed.trim() !== words.word) {
        setWrong(true);
        throw new WrongWord();
      }
      await erase.mutateAsync();
    },
  });
  const { failure } = sending;
  return (
    <ActionDialog header={words.dialogTitle} action={words.action} sending={sending} close={close}>
      <p>{words.consequence}</p>
      <FormField label={words.typeWord} controlId="erase-word" {...(wasWrong ? { errorText: words.wrongWord } : {})}>
        <Input
          controlId="erase-word"
          value={typed}
          autoComplete={false}
          onChange={({ detail }) => {
            setTyped(detail.value);
            setWrong(false);
          }}
        />
      </FormField>
      {failure !== undefined && !(failure instanceof WrongWord) && <ProblemAlert error={failure} />}
    </ActionDialog>
  );
}

/** Nothing was sent, because another word was typed. */
class WrongWord extends Error {
  override readonly name = "WrongWord";
}
