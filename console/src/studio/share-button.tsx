/** The button by which a piece is shared, with its dialog. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import type { Composition } from "../../../client/client";
import { sharingTexts } from "../texts/sharing";
import type { CompositionShare } from "./share-changes";
import { ShareDialog } from "./share-dialog";

export function ShareButton({ composition }: { readonly composition: Composition }) {
  const [isOpen, setOpen] = useState(false);
  // The link is told once. It stays here as long as the piece is shown, because people close dialogs too early.
  const [told, setTold] = useState<CompositionShare>();
  return (
    <>
      <Button
        iconName="share"
        onClick={() => {
          setOpen(true);
        }}
      >
        {sharingTexts.share}
      </Button>
      {isOpen && (
        <ShareDialog
          composition={composition}
          told={told}
          setTold={setTold}
          close={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
