/** Shares a piece by a link, tells the link, and ends it. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import { useEffect, useRef, useState } from "react";
import type { Composition } from "../../../client/client";
import { ProblemAlert } from "../app/problem-alert";
import { dateOf } from "../texts/age";
import { texts } from "../texts/en";
import { sharingTexts } from "../texts/sharing";
import { isShared } from "./is-shared";
import { type CompositionShare, useRevokeShare, useShareComposition } from "./share-changes";

const words = sharingTexts.dialog;
const dayOptions = [7, 30, 365] as const;
const usualDays = 30;
const options = dayOptions.map((days) => ({ value: String(days), label: words.dayChoices[days] }));

export interface ShareDialogProps {
  readonly composition: Composition;
  /** The share that was made since the piece is shown, whose link is known. */
  readonly told: CompositionShare | undefined;
  readonly setTold: (told: CompositionShare | undefined) => void;
  readonly close: () => void;
}

export function ShareDialog({ composition, told, setTold, close }: ShareDialogProps) {
  const { id, name, output, share: kept } = composition;
  const [days, setDays] = useState(String(usualDays));
  const [openedAt] = useState(Date.now);
  const share = useShareComposition(id);
  const revoke = useRevokeShare(id);
  // The answer is newer than what was read of the composition before.
  const present = told ?? kept;
  const isOpen = present !== undefined && isShared({ share: present }, openedAt);
  const isBusy = share.isPending || revoke.isPending;
  const error = share.error ?? revoke.error;
  const make = (): void => {
    revoke.reset();
    share.mutate(Number(days), { onSuccess: setTold });
  };
  const end = (): void => {
    share.reset();
    revoke.mutate(undefined, {
      onSuccess: () => {
        setTold(undefined);
      },
    });
  };
  return (
    <Modal
      visible
      header={words.title(name)}
      closeAriaLabel={texts.lists.close}
      onDismiss={close}
      footer={
        <div className="dialog-actions">
          {isOpen && (
            <Button onClick={end} loading={revoke.isPending} disabled={share.isPending}>
              {words.end}
            </Button>
          )}
          <Button variant={isOpen ? "normal" : "primary"} onClick={make} loading={share.isPending} disabled={isBusy}>
            {isOpen ? words.makeAnother : words.make}
          </Button>
        </div>
      }
    >
      <div className="share-dialog">
        <p>{words.explanation}</p>
        {(output?.editEventCount ?? 0) > 0 && <p>{words.edits}</p>}
        {error !== null && <ProblemAlert error={error} />}
        <p role="status">
          {present !== undefined && (isOpen ? words.until : words.ended)(dateOf(present.expiresAt))}
          {present === undefined && revoke.isSuccess && words.isEnded}
        </p>
        {isOpen && (told === undefined ? <p>{words.untold}</p> : <LinkRow share={told} />)}
        <FormField label={words.days} {...(isOpen ? { description: words.another } : {})}>
          <Select
            selectedOption={options.find(({ value }) => value === days) ?? null}
            options={options}
            onChange={({ detail }) => {
              setDays(detail.selectedOption.value ?? days);
            }}
          />
        </FormField>
      </div>
    </Modal>
  );
}

function LinkRow({ share }: { readonly share: CompositionShare }) {
  const [copied, setCopied] = useState<"copied" | "selected">();
  const input = useRef<InputProps.Ref>(null);
  const link = `${location.origin}${share.url}`;
  // The button that was pressed waited without focus meanwhile, and the dialog's keys work only while the focus is in it.
  useEffect(() => {
    input.current?.focus();
  }, [link]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied("copied");
    } catch {
      // Some browsers let no page write to the clipboard.
      input.current?.select();
      setCopied("selected");
    }
  };
  return (
    <FormField label={words.link} description={words.once}>
      <div className="share-link">
        <Input ref={input} value={link} readOnly />
        <Button
          variant="primary"
          iconName="copy"
          onClick={() => {
            void copy();
          }}
        >
          {words.copy}
        </Button>
        <Button href={share.url} target="_blank" iconName="external" iconAlign="right">
          {words.open}
        </Button>
      </div>
      <p role="status">{copied !== undefined && (copied === "copied" ? words.copied : words.notCopied)}</p>
    </FormField>
  );
}
