/** The form of a new data set: its name, and the license under which one may train on it. */
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import Tiles from "@cloudscape-design/components/tiles";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { placeErrors } from "../api/place-errors";
import { ProblemError } from "../api/problem-error";
import { useNotices } from "../app/notices";
import { PageTitle } from "../app/page-title";
import { ProblemAlert } from "../app/problem-alert";
import { useSessionState } from "../sign-in/session-context";
import { SignInNeeded } from "../sign-in/sign-in-needed";
import { datasetsTexts, newDatasetTexts as words } from "../texts/en-datasets";
import { type CreateDataset, useCreateDataset } from "./dataset-queries";

import "../theme/datasets.css";

type LicenseKind = CreateDataset["license"]["kind"];
const kinds = Object.keys(datasetsTexts.licenseKinds) as LicenseKind[];

const controls = {
  name: "dataset-name",
  description: "dataset-description",
  text: "license-text",
  spdx: "license-spdx",
  source: "license-source",
  confirmation: "license-confirmation",
} as const;
type Control = keyof typeof controls;

const places = [
  { control: controls.name, pointers: ["/name"] },
  { control: controls.description, pointers: ["/description"] },
  { control: controls.text, pointers: ["/license/text"] },
  { control: controls.spdx, pointers: ["/license/spdx"] },
  { control: controls.source, pointers: ["/license/source"] },
  { control: controls.confirmation, pointers: ["/license/confirmsRights"] },
];

export default function NewDatasetPage() {
  const session = useSessionState();
  return (
    <>
      <PageTitle title={words.title} description={words.description} />
      {session.kind === "signed-out" ? <SignInNeeded reason={words.signIn} /> : <NewDataset />}
    </>
  );
}

function NewDataset() {
  const [typed, setTyped] = useState({ name: "", description: "", text: "", spdx: "", source: "" });
  const [kind, setKind] = useState<LicenseKind>("own-work");
  const [isConfirmed, setConfirmed] = useState(false);
  const [wasSent, setSent] = useState(false);
  const creation = useCreateDataset();
  const [, navigate] = useLocation();
  const { tell } = useNotices();
  const form = useRef<HTMLFormElement>(null);
  const problem = creation.error instanceof ProblemError ? creation.error.problem : undefined;
  const placed = placeErrors(problem, places);
  const missing: Readonly<Partial<Record<Control, string>>> = {
    ...(typed.name.trim() === "" ? { name: words.nameMissing } : {}),
    ...(typed.text.trim() === "" ? { text: words.textMissing } : {}),
    ...(isConfirmed ? {} : { confirmation: words.confirmationMissing }),
  };
  const errorAt = (control: Control): string | undefined =>
    placed.at.get(controls[control]) ?? (wasSent ? missing[control] : undefined);
  const focusBroken = (): void => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  useEffect(focusBroken, [creation.error]);

  const send = async (): Promise<void> => {
    setSent(true);
    if (Object.keys(missing).length > 0) {
      // The fields are marked in the next frame.
      requestAnimationFrame(focusBroken);
      return;
    }
    const { name, description, text, spdx, source } = typed;
    const optional = (member: string, value: string) => (value.trim() === "" ? {} : { [member]: value.trim() });
    try {
      const dataset = await creation.create({
        name: name.trim(),
        ...optional("description", description),
        license: {
          kind,
          text: text.trim(),
          ...optional("spdx", spdx),
          ...optional("source", source),
          confirmsRights: true,
        },
      });
      tell({ type: "success", text: words.created(dataset.name) });
      navigate(`/datasets/${dataset.id}`);
    } catch {
      // The form shows the creation's error.
    }
  };
  const bound = (control: keyof typeof typed) => ({
    controlId: controls[control],
    value: typed[control],
    onChange: ({ detail }: { readonly detail: { readonly value: string } }) => {
      setTyped({ ...typed, [control]: detail.value });
    },
  });
  const field = (control: keyof typeof typed, label: string, hint?: string, isOptional = false) => ({
    label: isOptional ? (
      <>
        {label} <i className="optional">– {words.optional}</i>
      </>
    ) : (
      label
    ),
    constraintText: hint,
    controlId: controls[control],
    errorText: errorAt(control),
  });
  return (
    <form
      ref={form}
      className="new-dataset"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {creation.error !== null && placed.at.size === 0 && <ProblemAlert error={creation.error} rest={placed.rest} />}
      <section className="card dataset-fields">
        <FormField {...field("name", words.name)}>
          <Input {...bound("name")} ariaRequired />
        </FormField>
        <FormField {...field("description", words.about, undefined, true)}>
          <Input {...bound("description")} />
        </FormField>
      </section>
      <section className="card dataset-fields">
        <h2 id="license-heading">{words.license}</h2>
        <Tiles
          ariaLabelledby="license-heading"
          value={kind}
          columns={2}
          items={kinds.map((value) => ({ value, ...datasetsTexts.licenseKinds[value] }))}
          onChange={({ detail }) => {
            setKind(detail.value as LicenseKind);
          }}
        />
        <FormField {...field("text", words.text, words.textHint)}>
          <Textarea {...bound("text")} rows={2} placeholder={words.textPlaceholder} ariaRequired />
        </FormField>
        {kind === "licensed" && (
          <FormField {...field("spdx", words.spdx, words.spdxHint, true)}>
            <Input {...bound("spdx")} />
          </FormField>
        )}
        <FormField {...field("source", words.source, words.sourceHint, true)}>
          <Input {...bound("source")} />
        </FormField>
        <FormField controlId={controls.confirmation} errorText={errorAt("confirmation")}>
          <Checkbox
            controlId={controls.confirmation}
            checked={isConfirmed}
            description={words.confirmationHint}
            ariaRequired
            onChange={({ detail }) => {
              setConfirmed(detail.checked);
            }}
          >
            {words.confirmation}
          </Checkbox>
        </FormField>
      </section>
      <div className="dialog-actions">
        <Button variant="primary" formAction="submit" loading={creation.isPending}>
          {words.create}
        </Button>
      </div>
    </form>
  );
}
