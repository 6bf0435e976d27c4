/** The protocol's version and what changed in each. A test fails when the messages change and this does not. */

export const PROTOCOL_VERSION = 6;

/** `hash` is the SHA-256 of the JSON Schemas of `up` and `down`, as `test/protocol/version.test.ts` makes it. */
export const history: readonly { version: number; hash: string; change: string }[] = [
  {
    version: 1,
    hash: "5ac836988352cc6679ebe8c521738d2259ec48290ccdb832f53394a1169f6e42",
    change: "The first.",
  },
  {
    version: 2,
    hash: "597f93e568e266a89e18ac03d66896161c235cfba77b1cd9ae57a057674215d5",
    change:
      "node.item; node.started has waited; node.completed has again; node.failed has retryInMs, fired and outputs; the codes output_limit, depth_limit and call_limit.",
  },
  {
    version: 3,
    hash: "28afa07d929b27669cf39aa77121b127a27a39c5507969488cedfaa5240a056c",
    change: "The parent of a run need not have fromNode.",
  },
  {
    version: 4,
    hash: "24dc3b4ade51f66809c590c476f90ac5a311d55b5124622c490e89d668e08a4a",
    change: "spell.saved and spell answer an edit, token.renewed answers auth.",
  },
  {
    version: 5,
    hash: "892017bc89dba0d71f611b999e0ddd3afbf8bc8aced71c6e391f157b58fb3cb7",
    change: "ack tells how far a client has got; the start of a run may have depth.",
  },
  {
    version: 6,
    hash: "3407e995d57e5757a53e2a1c4e4047ecea7f092b088c3030c1fe8ab29c496385",
    change: "A usage may have the provider that was asked.",
  },
];
