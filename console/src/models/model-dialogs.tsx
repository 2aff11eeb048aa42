import type { Model } from "../api/queries";
import { useNotices } from "../app/notices";
import { DeleteDialog } from "../lists/delete-dialog";
import { RenameDialog } from "../lists/rename-dialog";
import { texts } from "../texts/en";
import { modelsTexts } from "../texts/en-models";
import type { ModelAction } from "./model-card";
import { useDeleteModel, useUpdateModel } from "./model-queries";

/** The dialog of an action on one of the user's models. */
export function ModelDialogs(props: {
  readonly action: ModelAction;
  readonly model: Model;
  readonly close: () => void;
  readonly onDeleted?: () => void;
}) {
  const { action, model, close, onDeleted } = props;
  const update = useUpdateModel();
  const remove = useDeleteModel();
  const { tell } = useNotices();
  if (action === "rename")
    return (
      <RenameDialog
        name={model.name}
        rename={async (name) => await update.mutateAsync({ id: model.id, body: { name } })}
        close={close}
      />
    );
  return (
    <DeleteDialog
      name={model.name}
      consequence={modelsTexts.deleteConsequence}
      remove={async () => {
        await remove.mutateAsync(model.id);
        tell({ type: "success", text: texts.lists.deleted(model.name) });
        onDeleted?.();
      }}
      close={close}
    />
  );
}
