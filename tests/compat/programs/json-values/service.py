import json

import nstack


class Module(nstack.Module):
    def keys(self, envelope):
        body = json.loads(envelope.body)
        return (envelope.id, json.dumps({"keys": sorted(body), "of": body}))
