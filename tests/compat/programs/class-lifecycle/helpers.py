def decorate(text, tag):
    return "{}:{}".format(tag, text)
