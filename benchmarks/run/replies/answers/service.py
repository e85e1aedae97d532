"""The same answer two ways."""

import nstack


class Module(nstack.Module):
    def plainly(self, question):
        return nstack.Reply(id=question.id, amount=question.amount * 1.19)

    async def waiting(self, question):
        return nstack.Reply(id=question.id, amount=question.amount * 1.19)
