// Starts `upstreamlint lsp` for the folder that is open; everything else is the server's.

const { commands, workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function start() {
  const [command, ...args] = workspace.getConfiguration("upstreamlint").get("command");
  const files = "**/*.{yml,yaml,json,conf,env,toml,cfg,template}";
  client = new LanguageClient(
    "upstreamlint",
    "upstreamlint",
    { command, args },
    {
      documentSelector: [{ scheme: "file" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher(files) },
    },
  );
  return client.start();
}

exports.activate = async (context) => {
  const restart = async () => {
    await client?.stop();
    await start();
  };
  context.subscriptions.push(commands.registerCommand("upstreamlint.restart", restart));
  await start();
};

exports.deactivate = () => client?.stop();
