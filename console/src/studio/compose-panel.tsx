/** The left column: three steps, and Compose. */
import Button from "@cloudscape-design/components/button";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { placeErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { useComposition, useModels, useTechniques } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import { useSessionState, useSignIn } from "../sign-in/session-context";
import { texts } from "../texts/en";
import { CharacterStep } from "./character-step";
import type { Draft } from "./draft";
import { controlId, controlPlaces } from "./form-controls";
import { MelodyStep } from "./melody-step";
import { isOtherPiece } from "./piece-settings";
import { TechniqueStep } from "./technique-step";
import { modelledId } from "./techniques";
import { useCompose } from "./use-compose";
import type { Melody } from "./use-melody";

export interface ComposePanelProps {
  readonly draft: Draft;
  readonly melody: Melody;
  readonly onRecord: () => void;
  /** The piece that is shown beside the form. */
  readonly shownId?: string | undefined;
}

const mostModels = 100;

const isOffline = (failure: unknown): boolean =>
  failure instanceof ProblemError && failure.problem.code === "NETWORK_FAILURE";

/** Returns the technique of the draft, its models, and the one that is chosen. */
export function useChosenTechnique(draft: Draft) {
  const techniques = useTechniques();
  const items = techniques.data?.items ?? [];
  const technique = items.find(({ id }) => id === draft.technique) ?? items[0];
  const isByRule = technique?.byRule ?? false;
  const models = useModels({ technique: modelledId(technique), limit: mostModels });
  const all = technique === undefined || isByRule ? undefined : models.data?.items;
  // While the next technique's models are fetched, the ones before are still there.
  const fitting = all?.filter((model) => model.technique === technique?.id);
  const wanted = technique === undefined ? undefined : draft.models[technique.id];
  const modelId = fitting?.some(({ id }) => id === wanted) === true ? wanted : fitting?.find(({ stock }) => stock)?.id;
  return { techniques, technique, models: fitting, modelId: modelId ?? wanted };
}

export function ComposePanel({ draft, melody, onRecord, shownId }: ComposePanelProps) {
  const shown = useComposition(shownId).data;
  const { techniques, technique, models, modelId } = useChosenTechnique(draft);
  const session = useSessionState();
  const signIn = useSignIn();
  const [, navigate] = useLocation();
  const { compose, isPending } = useCompose();
  const [failure, setFailure] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);
  const places = useMemo(() => controlPlaces(technique), [technique]);
  const errors = useMemo(
    () => placeErrors(failure instanceof ProblemError ? failure.problem : undefined, places),
    [failure, places],
  );

  // The first broken control gets the focus, once the fold that hid it is open.
  useEffect(() => {
    if (errors.first === undefined) return;
    const control = document.getElementById(controlId(errors.first));
    control?.focus();
    control?.scrollIntoView({ block: "center" });
  }, [errors]);

  // What the page does not know yet, it cannot ask for.
  const isReady = technique !== undefined && melody.piece !== undefined;
  const submit = useCallback(async (): Promise<void> => {
    if (technique === undefined || !isReady || isPending) return;
    if (session.kind !== "signed-in") {
      signIn();
      return;
    }
    setFailure(undefined);
    try {
      const { id } = await compose({ technique, modelId, melodyName: melody.name, taken: melody.taken });
      navigate(`/studio/${id}`);
    } catch (error) {
      setFailure(error);
    }
  }, [compose, isPending, isReady, melody.name, melody.taken, modelId, navigate, session.kind, signIn, technique]);

  useEffect(() => {
    const strike = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void submit();
    };
    addEventListener("keydown", strike);
    return () => {
      removeEventListener("keydown", strike);
    };
  }, [submit]);

  return (
    <form
      ref={form}
      className="card compose-panel"
      aria-label={texts.studio.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {shown !== undefined && isOtherPiece(shown, draft) && (
        <p className="hint" role="note">
          {texts.studio.otherForm(shown.name)}
        </p>
      )}
      <ol className="steps">
        <li>
          <h2>{texts.studio.steps.melody}</h2>
          <MelodyStep draft={draft} melody={melody} technique={technique} errors={errors} onRecord={onRecord} />
        </li>
        <li>
          <h2>{texts.studio.steps.technique}</h2>
          {techniques.isError && <ProblemAlert error={techniques.error} />}
          {technique !== undefined && (
            <TechniqueStep
              draft={draft}
              techniques={techniques.data?.items ?? []}
              technique={technique}
              models={models}
              modelId={modelId}
              errors={errors}
            />
          )}
        </li>
        <li>
          <h2>{texts.studio.steps.character}</h2>
          {technique !== undefined && <CharacterStep draft={draft} technique={technique} errors={errors} />}
        </li>
      </ol>
      <div className="compose-foot">
        {failure !== undefined && (
          <ProblemAlert
            error={failure}
            rest={errors.rest}
            advice={isOffline(failure) ? texts.studio.offline : undefined}
          />
        )}
        <Button
          variant="primary"
          disabled={!isReady}
          fullWidth
          loading={isPending}
          loadingText={texts.studio.composing}
          formAction="submit"
        >
          {session.kind === "signed-in" ? texts.studio.compose : texts.studio.signInToCompose}
        </Button>
        {session.kind === "signed-in" ? (
          <p className="hint compose-keys">{texts.studio.composeKeys}</p>
        ) : (
          <p className="hint">{texts.studio.signInHint}</p>
        )}
      </div>
    </form>
  );
}
