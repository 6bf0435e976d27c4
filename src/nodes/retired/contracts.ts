/** The Ethereum plugin of 2023 in its many spellings: contracts and Solidity. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";
import { family, rpc, text } from "./ethereum.ts";

const read = {
  ...family,
  did: "called a function of a contract that only reads",
  instead: `${rpc} eth_call of a node of the chain instead.`,
  outputs: text,
};
const write = {
  ...family,
  did: "sent a transaction that calls a function of a contract",
  instead: "Have a wallet service sign it, and use Request with that service instead.",
  outputs: text,
};
const deploy = {
  ...family,
  did: "deployed the bytecode of a contract to a chain",
  instead: "Deploy with a tool of your own, and give the contract's address to the spell instead.",
};
const compile = {
  ...family,
  did: "compiled the Solidity source kept in the node",
  instead: "Compile with solc, and give bytecode and ABI as text to the spell instead.",
  inputs: trigger,
};

const readInputs: Sockets = {
  tx: "string",
  function: "string",
  functionParams: "string",
  abi: "any",
  ...trigger,
};
const writeInputs: Sockets = {
  ...trigger,
  contract_addr: "string",
  abi: "any",
  chain_id: "number",
  function_name: "string",
  function_args: "string",
};
const deployInputs: Sockets = {
  bytecode: "any",
  abi: "any",
  privatekey: "any",
  rpc_http: "string",
  chain_id: "number",
  ...trigger,
};
const deployed: Sockets = { tx: "string", contract: "string" };

const components: RetiredComponent[] = [
  {
    ...read,
    name: "PluginEthContractRead",
    inputs: {
      contract_address: "string",
      function_name: "string",
      function_args: "array",
      contract_abi: "string",
      chain_id: "number",
      ...trigger,
    },
  },
  {
    ...read,
    name: "Contract Read",
    aliases: [
      "Call Contract Read Function",
      "CallContractFunctionReadP",
      "PluginEthCallContractFunctionRead",
    ],
    inputs: readInputs,
    dynamicInputs: true,
  },
  {
    ...write,
    name: "PluginEthContractWrite",
    inputs: {
      ...trigger,
      contract_address: "string",
      contract_abi: "string",
      chain_id: "number",
      function_name: "string",
      function_args: "array",
    },
  },
  {
    ...write,
    name: "Contract Write",
    aliases: [
      "Call Contract Write Function",
      "CallContractFunctionWrite",
      "PluginEthCallContractFunctionWrite",
    ],
    inputs: writeInputs,
  },
  {
    ...deploy,
    name: "PluginEthContractDeploy",
    inputs: { bytecode: "string", abi: "string", chain_id: "number", ...trigger },
    outputs: { ...trigger, ...deployed },
  },
  {
    ...deploy,
    name: "Deploy Contract",
    aliases: ["DeployContract", "PluginEthDeployContract"],
    inputs: deployInputs,
    outputs: {
      ...trigger,
      balance_before: "number",
      balance: "number",
      balance_after: "number",
      ...deployed,
    },
  },
  { ...compile, name: "PluginEthSolidity", outputs: { ...trigger, bytecode: "string", abi: "string" } },
  {
    ...compile,
    name: "Solidity",
    aliases: ["PluginEthCompileContract"],
    outputs: { bytecode: "any", abi: "any", ...trigger },
  },
];

export const contractComponents = components.map(retired);
