import nstack


class Module(nstack.Module):
    def count(self, line):
        return {"line": line, "chars": len(line)}

    def long(self, counted):
        return counted if counted["chars"] > 3 else None

    def words(self, counted):
        return counted.line.split()

    def swallow(self, text):
        print("swallowed", text)
        return "ignored"
