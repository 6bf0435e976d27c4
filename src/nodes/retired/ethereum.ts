/** The Ethereum plugin of 2023 in its many spellings: balances and transactions of addresses. Contracts are in `contracts.ts`. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

/** What the contracts share, too. */
export const family = { category: "Integrations/Ethereum", through: "the Ethereum plugin, which is gone" };
export const rpc = "Use Request with the JSON-RPC method";
export const text = { ...trigger, output: "string" } as const satisfies Sockets;

const balance = {
  ...family,
  did: "read the balance of an address in a chain's own coin",
  instead: `${rpc} eth_getBalance of a node of the chain instead.`,
  outputs: text,
};
const token = {
  ...family,
  did: "read the ERC-20 balance of an address",
  instead: `${rpc} eth_call of a node of the chain instead.`,
  outputs: text,
};
const transactions = {
  ...family,
  did: "listed the recent transactions of an address",
  instead: "Use Request with the API of a block explorer instead.",
  outputs: text,
};
const ofNumber = (rest: Sockets): Sockets => ({ address: "number", ...rest, ...trigger });
const nativeInputs: Sockets = { address: "string", ...trigger, rpc_http: "string", chain_id: "number" };
const components: RetiredComponent[] = [
  {
    ...balance,
    name: "PluginEthGetNativeTokenBalance",
    inputs: { account_address: "string", ...trigger, chain_id: "number" },
  },
  {
    ...balance,
    name: "Check Eth Balance",
    aliases: ["Check Balance", "CheckEthBalance", "PluginEthGetNativeBalanceFromWallet"],
    inputs: nativeInputs,
  },
  {
    ...token,
    name: "PluginEthGetERC20TokenBalance",
    inputs: { account_address: "string", token_address: "string", ...trigger, chain_id: "number" },
  },
  {
    ...token,
    name: "Check ERC20 Balance",
    aliases: ["Check Balance for ERC20", "CheckBalanceForERC20", "PluginEthGetERC20BalanceFromWallet"],
    inputs: ofNumber({ contract: "number" }),
  },
  {
    ...transactions,
    name: "PluginEthGetTransactions",
    inputs: { account_address: "number", ...trigger },
  },
  {
    ...transactions,
    name: "Get Recent Transactions",
    aliases: ["GetRecentTransactions", "PluginEthGetRecentTxsFromWallet"],
    inputs: ofNumber({}),
  },
  {
    ...transactions,
    name: "Check For Recent Transactions",
    aliases: ["Check For Recent Transaction From Wallet", "CheckForRecentTransactionsFromWallet"],
    did: "looked for recent transactions between two addresses",
    inputs: ofNumber({ sender: "number" }),
  },
  {
    ...family,
    name: "SolidityP",
    aliases: [
      "CallContractFunctionWriteP",
      "CheckBalanceForERC20P",
      "CheckEthBalanceP",
      "CheckForRecentTransactionsFromWalletP",
      "DeployContractP",
      "GetRecentTransactionsP",
    ],
    did: "was an unfinished copy of Input that gave an event of a chain",
    instead: "Use Input instead, and have an agent or a webhook run the spell.",
    inputs: {},
    outputs: { output: "event", ...trigger },
  },
];

export const ethereumComponents = components.map(retired);
