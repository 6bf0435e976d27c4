import { Dialog } from "../../atoms/dialog.tsx";
import { keyName, keyTable } from "../../core/key-table.ts";
import { useOpenSpell } from "./context.ts";

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function KeysDialog() {
  const { ui } = useOpenSpell();
  return (
    <Dialog title="Keys" onClose={() => ui.setState({ dialog: null })}>
      {(["Run", "Edit", "Canvas"] as const).map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          <dl className="keys">
            {keyTable
              .filter((row) => row.group === group)
              .map(({ command, keys, label }) => (
                <div key={command}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{keyName(key, isMac)}</kbd>
                    ))}
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
