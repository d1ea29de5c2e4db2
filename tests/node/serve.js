// Starts telegram-test-api on the port given as the first argument; prints "ready" and runs until it is ended.
const TelegramServer = require('telegram-test-api');

const server = new TelegramServer({port: Number(process.argv[2]), host: '127.0.0.1', storage: 'RAM', storeTimeout: 600});

server.start().then(() => console.log('ready'));
