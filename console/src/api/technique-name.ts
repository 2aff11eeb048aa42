import { useTechniques } from "./queries";

/** Returns a function that gives the name of a technique by its id; the id itself until the names are known. */
export function useTechniqueName(): (id: string) => string {
  const techniques = useTechniques();
  return (id) => techniques.data?.items.find((technique) => technique.id === id)?.name ?? id;
}
