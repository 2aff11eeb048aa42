import { Link } from "wouter";
import { accountTexts as words } from "../texts/en-account";
import { type QuotaName, useUsage } from "./usage";

/** Says how much of a quota is used, once that is known. It leads to all quotas. */
export function QuotaLink({ quota }: { readonly quota: QuotaName }) {
  const { data } = useUsage();
  if (data === undefined) return null;
  return <Link href="/account">{words.have(words.amount(quota, data.used[quota], data.quotas[quota]))}</Link>;
}
