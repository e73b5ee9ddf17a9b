"""What makes the constructors of types with so many fields (see `values`); written by `tools/docs.py`."""

# mypy: ignore-errors

def setting_1(set0):
 def __init__(self, field0, ): set0(self, field0)
 return __init__
def setting_2(set0, set1):
 def __init__(self, field0, field1, ): set0(self, field0); set1(self, field1)
 return __init__
def setting_3(set0, set1, set2):
 def __init__(self, field0, field1, field2, ): set0(self, field0); set1(self, field1); set2(self, field2)
 return __init__
def setting_4(set0, set1, set2, set3):
 def __init__(self, field0, field1, field2, field3, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3)
 return __init__
def setting_5(set0, set1, set2, set3, set4):
 def __init__(self, field0, field1, field2, field3, field4, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4)
 return __init__
def setting_6(set0, set1, set2, set3, set4, set5):
 def __init__(self, field0, field1, field2, field3, field4, field5, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5)
 return __init__
def setting_7(set0, set1, set2, set3, set4, set5, set6):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6)
 return __init__
def setting_8(set0, set1, set2, set3, set4, set5, set6, set7):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7)
 return __init__
def setting_9(set0, set1, set2, set3, set4, set5, set6, set7, set8):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8)
 return __init__
def setting_10(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9)
 return __init__
def setting_11(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10)
 return __init__
def setting_12(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11)
 return __init__
def setting_13(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12)
 return __init__
def setting_14(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13)
 return __init__
def setting_15(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14)
 return __init__
def setting_16(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15)
 return __init__
def setting_17(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16)
 return __init__
def setting_18(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17)
 return __init__
def setting_19(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18)
 return __init__
def setting_20(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19)
 return __init__
def setting_21(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20)
 return __init__
def setting_22(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21)
 return __init__
def setting_23(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22)
 return __init__
def setting_24(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23)
 return __init__
def setting_25(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24)
 return __init__
def setting_26(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25)
 return __init__
def setting_27(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26)
 return __init__
def setting_28(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26, set27):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, field27, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26); set27(self, field27)
 return __init__
def setting_29(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26, set27, set28):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, field27, field28, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26); set27(self, field27); set28(self, field28)
 return __init__
def setting_30(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26, set27, set28, set29):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, field27, field28, field29, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26); set27(self, field27); set28(self, field28); set29(self, field29)
 return __init__
def setting_31(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26, set27, set28, set29, set30):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, field27, field28, field29, field30, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26); set27(self, field27); set28(self, field28); set29(self, field29); set30(self, field30)
 return __init__
def setting_32(set0, set1, set2, set3, set4, set5, set6, set7, set8, set9, set10, set11, set12, set13, set14, set15, set16, set17, set18, set19, set20, set21, set22, set23, set24, set25, set26, set27, set28, set29, set30, set31):
 def __init__(self, field0, field1, field2, field3, field4, field5, field6, field7, field8, field9, field10, field11, field12, field13, field14, field15, field16, field17, field18, field19, field20, field21, field22, field23, field24, field25, field26, field27, field28, field29, field30, field31, ): set0(self, field0); set1(self, field1); set2(self, field2); set3(self, field3); set4(self, field4); set5(self, field5); set6(self, field6); set7(self, field7); set8(self, field8); set9(self, field9); set10(self, field10); set11(self, field11); set12(self, field12); set13(self, field13); set14(self, field14); set15(self, field15); set16(self, field16); set17(self, field17); set18(self, field18); set19(self, field19); set20(self, field20); set21(self, field21); set22(self, field22); set23(self, field23); set24(self, field24); set25(self, field25); set26(self, field26); set27(self, field27); set28(self, field28); set29(self, field29); set30(self, field30); set31(self, field31)
 return __init__
def holding_1(new):
 def __new__(cls, field0, ): return new(cls, (field0, ))
 return __new__
def holding_2(new):
 def __new__(cls, field0, field1, ): return new(cls, (field0, field1, ))
 return __new__
def holding_3(new):
 def __new__(cls, field0, field1, field2, ): return new(cls, (field0, field1, field2, ))
 return __new__
def holding_4(new):
 def __new__(cls, field0, field1, field2, field3, ): return new(cls, (field0, field1, field2, field3, ))
 return __new__
def holding_5(new):
 def __new__(cls, field0, field1, field2, field3, field4, ): return new(cls, (field0, field1, field2, field3, field4, ))
 return __new__
def holding_6(new):
 def __new__(cls, field0, field1, field2, field3, field4, field5, ): return new(cls, (field0, field1, field2, field3, field4, field5, ))
 return __new__
def holding_7(new):
 def __new__(cls, field0, field1, field2, field3, field4, field5, field6, ): return new(cls, (field0, field1, field2, field3, field4, field5, field6, ))
 return __new__
def holding_8(new):
 def __new__(cls, field0, field1, field2, field3, field4, field5, field6, field7, ): return new(cls, (field0, field1, field2, field3, field4, field5, field6, field7, ))
 return __new__
def holding_9(new):
 def __new__(cls, field0, field1, field2, field3, field4, field5, field6, field7, field8, ): return new(cls, (field0, field1, field2, field3, field4, field5, field6, field7, field8, ))
 return __new__
