import sqlite3

import nstack


class Module(nstack.Module):
    def startup(self):
        # Calls come from the run time's threads, one at a time.
        self.stock = sqlite3.connect(self.args["database"], check_same_thread=False)
        self.stock.execute("PRAGMA journal_mode = WAL")
        self.stock.execute("PRAGMA synchronous = NORMAL")
        self.stock.execute("CREATE TABLE IF NOT EXISTS picked (sku TEXT PRIMARY KEY, pieces INTEGER NOT NULL)")

    def pick(self, line):
        with self.stock:
            self.stock.execute(
                "INSERT INTO picked VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET pieces = pieces + excluded.pieces",
                (line.sku, line.quantity),
            )

    def shutdown(self):
        self.stock.close()
