// Reads every contract over HTTP, without credentials. Arguments: base address, endpoints. NODE_PATH names the folder that has the package "soap".
const soap = require('soap');

const [base, ...endpoints] = process.argv.slice(2);

async function main() {
  for (const endpoint of endpoints) {
    const client = await soap.createClientAsync(`${base}${endpoint}?wsdl`, { disableCache: true });
    const [service] = Object.values(client.describe());
    const [port] = Object.values(service);
    console.log(JSON.stringify({ contract: endpoint, operations: Object.keys(port).length }));
  }
}

main().catch(problem => {
  console.error(problem);
  process.exit(1);
});
