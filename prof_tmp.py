import sys, cProfile, pstats
sys.argv=["x"]
import benchmarks.digests as d
d.LETTERS=600
orig=d.send_letters
def prof(number):
    import time; p=cProfile.Profile(time.process_time)
    if number==600 and d.PROFILE:
        p.enable(); r=orig(number); p.disable()
        pstats.Stats(p).sort_stats("tottime").print_stats(45)
        pstats.Stats(p).sort_stats("cumtime").print_stats(70)
        return r
    return orig(number)
import os
d.PROFILE=os.environ.get("PROFILE")
d.send_letters=prof
print(d.main(2500, 100))
