/** What can be taken from a piece: its files, its recipe, its settings. */
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import type { Composition } from "../../../client/client";
import { useNotices } from "../app/notices";
import type { TrackMix } from "../sound/audible-piece";
import { texts } from "../texts/en";
import { studioViewTexts } from "../texts/studio-views";
import { audioFile, fileName, midiFile, saveFile } from "./downloads";
import { changeDraft, draftStore } from "./draft-store";
import { settingsOf } from "./piece-settings";
import { recipeAddress, recipeOf } from "./recipe";
import { ShareButton } from "./share-button";
import type { ShownPiece } from "./use-shown-piece";

const formats = ["midi", "wav", "mp3"] as const;
type Format = (typeof formats)[number];

export interface CompositionActionsProps {
  readonly composition: Composition;
  readonly shown: ShownPiece;
  /** How the tracks are heard: an audio file sounds the same. */
  readonly mixes: readonly TrackMix[];
}

export function CompositionActions({ composition, shown, mixes }: CompositionActionsProps) {
  const { tell } = useNotices();
  const [isRendering, setRendering] = useState(false);
  const { name } = composition;
  const download = async (format: Format): Promise<void> => {
    if (format === "midi") {
      if (shown.bytes !== undefined) saveFile(midiFile(shown.bytes), fileName(name, "mid"));
      return;
    }
    if (shown.piece === undefined) return;
    setRendering(true);
    tell({ type: "info", text: texts.studio.rendering(texts.studio[format]) });
    try {
      saveFile(await audioFile(format, shown.piece, mixes), fileName(name, format));
    } catch (error) {
      tell({
        type: "error",
        text: studioViewTexts.notRendered(error instanceof Error ? error.message : String(error)),
      });
    } finally {
      setRendering(false);
    }
  };
  const copyRecipe = async (): Promise<void> => {
    const recipe = recipeOf(composition);
    if (recipe === undefined) {
      tell({ type: "warning", text: studioViewTexts.ownMelodyInRecipe });
      return;
    }
    const link = `${location.origin}${recipeAddress(recipe)}`;
    try {
      await navigator.clipboard.writeText(link);
      tell({ type: "success", text: studioViewTexts.shared });
    } catch {
      // Some browsers let no page write to the clipboard.
      tell({ type: "warning", text: studioViewTexts.notShared(link) });
    }
  };
  const takeSettings = (): void => {
    changeDraft(settingsOf(composition, draftStore.getState()));
    tell({ type: "success", text: studioViewTexts.settingsUsed });
  };
  return (
    <>
      <Button onClick={takeSettings}>{studioViewTexts.useSettings}</Button>
      <Button
        iconName="copy"
        onClick={() => {
          void copyRecipe();
        }}
      >
        {studioViewTexts.share}
      </Button>
      {composition.state === "COMPLETED" && <ShareButton composition={composition} />}
      <ButtonDropdown
        loading={isRendering}
        disabled={shown.bytes === undefined}
        items={formats.map((format) => ({ id: format, text: texts.studio[format] }))}
        onItemClick={({ detail }) => {
          const format = formats.find((one) => one === detail.id);
          if (format !== undefined) void download(format);
        }}
      >
        {texts.studio.download}
      </ButtonDropdown>
    </>
  );
}
