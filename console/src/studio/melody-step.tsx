/** The first step: which melody. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useMemo, useRef, useState } from "react";
import type { PlacedErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { type Technique, useCompositions, useSampleMelodies, useTracks } from "../api/queries";
import { useNotices } from "../app/notices";
import { useSessionState } from "../sign-in/session-context";
import { texts } from "../texts/en";
import type { Draft } from "./draft";
import { changeDraft, chooseSource } from "./draft-store";
import { ExtendedTracksField } from "./extended-tracks-field";
import { controlId, shapeControl } from "./form-controls";
import { readSource, writeSource } from "./melody-source";
import { chooseFileTrack, openFile } from "./own-melody";
import { ShapeFields } from "./shape-fields";
import { useSaveMelody } from "./use-compose";
import type { Melody } from "./use-melody";

const words = texts.studio.melody;
const mostListed = 50;

export interface MelodyStepProps {
  readonly draft: Draft;
  readonly melody: Melody;
  readonly technique: Technique | undefined;
  readonly errors: PlacedErrors;
  readonly onRecord: () => void;
}

export function MelodyStep({ draft, melody, technique, errors, onRecord }: MelodyStepProps) {
  const { source, own } = draft;
  const isSignedIn = useSessionState().kind === "signed-in";
  const samples = useSampleMelodies();
  const [find, setFind] = useState("");
  // The API looks through everything that the user has, and not only through what is listed here.
  const found = find === "" ? {} : { q: find };
  const tracks = useTracks({ limit: mostListed, ...found });
  const pieces = useCompositions({ limit: mostListed, state: "COMPLETED", ...found });
  const hasMore = tracks.data?.nextCursor !== undefined || pieces.data?.nextCursor !== undefined;
  const picker = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<string>();
  const { tell } = useNotices();
  const save = useSaveMelody();

  const open = async (work: Promise<void>, fileName: string): Promise<void> => {
    try {
      await work;
      setRefusal(undefined);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "MelodyFileError") throw error;
      setRefusal(`${words.refused(fileName)}: ${error.message}`);
    }
  };
  const isDropping = useFileDrop((file) => {
    void open(openFile(file), file.name);
  });

  const options = useMemo<SelectProps.Options>(() => {
    const bars = (count: number): string => texts.lists.bars(count);
    const fits = (name: string): boolean => name.toLowerCase().includes(find.toLowerCase());
    const group = (label: string, items: readonly SelectProps.Option[]): SelectProps.OptionGroup[] =>
      items.length === 0 ? [] : [{ label, options: items }];
    return [
      ...group(words.unsaved, own === undefined || !fits(own.name) ? [] : [{ value: "own", label: own.name }]),
      ...group(
        words.samples,
        (samples.data?.items ?? [])
          .filter(({ name }) => fits(name))
          .map(({ id, name, bars: count }) => ({ value: `sample:${id}`, label: name, description: bars(count) })),
      ),
      ...group(
        words.own,
        (tracks.data?.items ?? []).map(({ id, name, bars: count }) => ({
          value: `track:${id}`,
          label: name,
          description: bars(count),
        })),
      ),
      ...group(
        words.pieces,
        (pieces.data?.items ?? []).map(({ id, name, output }) => ({
          value: `composition:${id}`,
          label: name,
          ...(output === undefined ? {} : { description: bars(output.bars) }),
        })),
      ),
    ];
  }, [find, own, pieces.data, samples.data, tracks.data]);
  const chosen = source.kind === "composition" ? `composition:${source.id}` : writeSource(source);
  const hasTracks = source.kind === "composition" || (source.kind === "own" && own?.origin === "upload");
  const isSeveral = (melody.whole?.tracks.length ?? 1) > 1;

  return (
    <div className={isDropping ? "fields drop-target" : "fields"}>
      <FormField
        controlId={controlId("melody")}
        label={words.label}
        errorText={errors.at.get("melody") ?? refusal}
        constraintText={isSignedIn ? undefined : words.signIn}
      >
        <Select
          filteringType="manual"
          filteringAriaLabel={words.find}
          filteringPlaceholder={words.find}
          finishedText={hasMore ? words.findMore : ""}
          onLoadItems={({ detail }) => {
            setFind(detail.filteringText.trim());
          }}
          empty={words.none}
          placeholder={words.placeholder}
          selectedOption={{ value: chosen, label: melody.name }}
          options={options}
          onChange={({ detail }) => {
            const next = readSource(detail.selectedOption.value ?? "");
            setRefusal(undefined);
            if (next !== undefined) chooseSource(next);
          }}
        />
      </FormField>
      {isDropping && <p className="drop-hint">{words.drop}</p>}
      <div className="button-row">
        <input
          ref={picker}
          type="file"
          hidden
          accept=".mid,.midi,audio/midi"
          onChange={({ target }) => {
            const file = target.files?.[0];
            // The same file can be chosen again.
            if (file !== undefined) void open(openFile(file), file.name);
            target.value = "";
          }}
        />
        <Button formAction="none" iconName="upload" onClick={() => picker.current?.click()}>
          {words.open}
        </Button>
        <Button formAction="none" iconName="microphone" onClick={onRecord}>
          {words.record}
        </Button>
      </div>
      {hasTracks && isSeveral && <TrackChoice draft={draft} melody={melody} open={open} />}
      {technique?.hearsTracks === true && isSeveral && (
        <Toggle
          controlId={controlId(shapeControl("allTracks"))}
          checked={draft.shape.allTracks === true}
          onChange={({ detail }) => {
            changeDraft({ shape: { ...draft.shape, allTracks: detail.checked } });
          }}
        >
          {words.allTracks}
        </Toggle>
      )}
      <ExtendedTracksField draft={draft} melody={melody} technique={technique} errors={errors} />
      {source.kind === "own" && own !== undefined && (
        <div className="button-row">
          <p className="hint">{words.unsavedHint}</p>
          {isSignedIn && (
            <Button
              formAction="none"
              onClick={() => {
                save(own).then(
                  ({ id, name }) => {
                    changeDraft({ source: { kind: "track", id }, own: undefined });
                    tell({ type: "success", text: words.saved(name) });
                  },
                  (error: unknown) => {
                    if (!(error instanceof ProblemError)) throw error;
                    tell({ type: "error", text: error.problem.detail, requestId: error.problem.requestId });
                  },
                );
              }}
            >
              {words.save}
            </Button>
          )}
        </div>
      )}
      {melody.taken !== undefined && (
        <p className="hint" role="status">
          {words.taken(melody.taken.firstBar, melody.taken.lastBar, melody.taken.choices)}
        </p>
      )}
      <ShapeFields
        shape={draft.shape}
        bars={melody.piece?.bars}
        taken={melody.taken}
        tempo={melody.piece?.tempo}
        errors={errors}
      />
    </div>
  );
}

/** Which track of a file or of a piece is the melody. */
function TrackChoice(props: {
  readonly draft: Draft;
  readonly melody: Melody;
  readonly open: (work: Promise<void>, fileName: string) => Promise<void>;
}) {
  const { draft, melody, open } = props;
  const { source, own } = draft;
  const options = (melody.whole?.tracks ?? []).map(({ name, notes }, place) => ({
    value: String(place),
    label: words.trackOption(name, notes.length),
  }));
  return (
    <FormField label={words.track}>
      <Select
        selectedOption={options[melody.trackIndex] ?? null}
        options={options}
        onChange={({ detail }) => {
          const place = Number(detail.selectedOption.value);
          if (source.kind === "composition") changeDraft({ source: { ...source, trackIndex: place } });
          if (source.kind === "own" && own !== undefined) void open(chooseFileTrack(own, place), own.name);
        }}
      />
    </FormField>
  );
}

/** Takes files that are dropped anywhere on the page. @returns true while one is held over it */
function useFileDrop(take: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false);
  const taking = useRef(take);
  useEffect(() => {
    taking.current = take;
  });
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) taking.current(file);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}
