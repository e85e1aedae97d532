"""The same answer three ways."""

import time

import nstack


class Module(nstack.Module):
    def plainly(self, question):
        return nstack.Reply(id=question.id, amount=question.amount * 1.19)

    async def waiting(self, question):
        return nstack.Reply(id=question.id, amount=question.amount * 1.19)

    def sleepy(self, question):
        time.sleep(5)
        return nstack.Reply(id=question.id, amount=question.amount * 1.19)
