import helpers
import nstack


class Module(nstack.Module):
    def say(self, text):
        import late

        with open("./greeting.txt") as file:
            return "{}, {}, {}".format(file.read().strip(), helpers.NAME, late.NAME)
