"""A method that holds its thread up."""

import time

import nstack


class Module(nstack.Module):
    def sleepy(self, question):
        time.sleep(5)
        return {"id": question.id, "amount": question.amount * 1.19}
