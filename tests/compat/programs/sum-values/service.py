import nstack


class Module(nstack.Module):
    def viaGet(self, event):
        try:
            return "get " + event.getClick().target
        except TypeError as error:
            return str(error)

    def viaMatch(self, event):
        return event.match(lambda url: "match " + url, lambda click: "match " + click.referrer, lambda: "match nothing")

    def viaIsinstance(self, event):
        if isinstance(event, nstack.Event.PageImpression):
            return "isinstance " + event.value
        return "isinstance " + type(event).__name__

    def viaPatterns(self, event):
        match event:
            case nstack.Event.Click(click):
                return "case " + click["target"]
            case nstack.Event.Closed():
                return "case closed"
            case _:
                return "case other"

    def make(self, text):
        if text == "":
            return nstack.Event.Closed()
        if "->" in text:
            referrer, target = text.split("->")
            return nstack.Event.Click({"referrer": referrer, "target": target})
        return nstack.Event.PageImpression(text)
