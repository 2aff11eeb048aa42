import { useNotices } from "../app/notices";
import { DeleteDialog } from "../lists/delete-dialog";
import { RenameDialog } from "../lists/rename-dialog";
import { texts } from "../texts/en";
import { datasetTexts } from "../texts/en-datasets";
import type { DatasetAction } from "./dataset-card";
import { type Dataset, useDeleteDataset, useUpdateDataset } from "./dataset-queries";

/** The dialog of an action on a data set. */
export function DatasetDialogs(props: {
  readonly action: DatasetAction;
  readonly dataset: Dataset;
  readonly close: () => void;
  readonly onDeleted?: () => void;
}) {
  const { action, dataset, close, onDeleted } = props;
  const update = useUpdateDataset();
  const remove = useDeleteDataset();
  const { tell } = useNotices();
  if (action === "rename")
    return (
      <RenameDialog
        name={dataset.name}
        rename={async (name) => await update.mutateAsync({ id: dataset.id, body: { name } })}
        close={close}
      />
    );
  return (
    <DeleteDialog
      name={dataset.name}
      consequence={datasetTexts.deleteConsequence}
      remove={async () => {
        await remove.mutateAsync(dataset.id);
        tell({ type: "success", text: texts.lists.deleted(dataset.name) });
        onDeleted?.();
      }}
      close={close}
    />
  );
}
