import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo, useState } from "react";
import { changeComment } from "../../core/comments.ts";
import { useOpenSpell, useShownDocument } from "../workspace/context.ts";
import type { CommentFlowNode } from "./flow-nodes.ts";

/** A note, or a frame around nodes, which go with it when it is moved. */
export const CommentNode = memo(function CommentNode({ data, selected }: NodeProps<CommentFlowNode>) {
  const { spell } = useOpenSpell();
  const { isReadOnly } = useShownDocument();
  const { comment } = data;
  const [isWriting, setWriting] = useState(false);
  const write = (text: string): void =>
    spell.edit((document) => changeComment(document, comment.index, { text }), `comment:${comment.index}`);
  return (
    <div
      className={comment.isFrame ? "comment comment-frame" : "comment"}
      onDoubleClick={() => !isReadOnly && setWriting(true)}
    >
      <NodeResizer
        isVisible={selected && !isReadOnly}
        minWidth={120}
        minHeight={48}
        onResizeEnd={(_, { x, y, width, height }) =>
          spell.edit((document) =>
            changeComment(document, comment.index, {
              position: [Math.round(x), Math.round(y)],
              width: Math.round(width),
              height: Math.round(height),
            }),
          )
        }
      />
      {isWriting ? (
        <textarea
          className="nodrag nowheel"
          aria-label={comment.isFrame ? "Title of the frame" : "Comment"}
          autoFocus
          defaultValue={comment.text}
          onChange={(event) => write(event.target.value)}
          onBlur={() => setWriting(false)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Escape") setWriting(false);
          }}
        />
      ) : (
        <p>{comment.text || (comment.isFrame ? "Frame" : "Double click to write")}</p>
      )}
    </div>
  );
});
